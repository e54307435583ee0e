// The same receiver with Powertools for its idempotency instead of a condition of its own.

import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { answer, enqueue, record, verify } from "./receiver.mjs";

const config = new IdempotencyConfig({ expiresAfterSeconds: 30 * 24 * 60 * 60 });
// Powertools tells the caller nothing about whether the function ran; only the function itself knows.
let ran = false;

const accept = makeIdempotent(
  async (id, delivery) => {
    ran = true;
    await record(delivery);
    await enqueue(delivery);
    return { id };
  },
  {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE }),
    dataIndexArgument: 0,
    config,
  },
);

export async function handler(event, context) {
  const beganAt = performance.now();
  config.registerLambdaContext(context);
  const delivery = await verify(event);
  if (!delivery) return answer(event, context, beganAt, 401, { error: "the delivery could not be verified" });
  ran = false;
  const { id } = await accept(delivery.id, delivery);
  return answer(event, context, beganAt, 200, { status: ran ? "accepted" : "duplicate", id });
}
