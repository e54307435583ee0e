// A webhook receiver as one writes it with the AWS SDK.

import { answer, enqueue, record, verify } from "./receiver.mjs";

export async function handler(event, context) {
  const beganAt = performance.now();
  const delivery = await verify(event);
  if (!delivery) return answer(event, context, beganAt, 401, { error: "the delivery could not be verified" });
  const status = (await record(delivery, "attribute_not_exists(id)")) ? "accepted" : "duplicate";
  if (status === "accepted") await enqueue(delivery);
  return answer(event, context, beganAt, 200, { status, id: delivery.id });
}
