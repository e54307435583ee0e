// What both Node contenders share: verify, record, enqueue, answer.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { LEDGER_TABLE, EVENTS_QUEUE_URL, BUCKET, SOURCES_PREFIX, AWS_ENDPOINT_URL_S3 } = process.env;
const INLINE_BODY_BYTES = 8 * 1024;
const MESSAGE_BODY_BYTES = 56 * 1024;
const DUE_MILLIS = 10 * 60 * 1000;

const config = { maxAttempts: 2, requestHandler: { connectionTimeout: 600, requestTimeout: 800 } };
const dynamodb = new DynamoDBClient(config);
const sqs = new SQSClient(config);
// A bucket's own host name resolves at AWS only.
const s3 = new S3Client({ ...config, forcePathStyle: AWS_ENDPOINT_URL_S3 !== undefined });
const secretsManager = new SecretsManagerClient(config);
const sources = new Map();

/** The delivery with its event id, or undefined if it is not genuine. */
export async function verify(event) {
  const source = event.rawPath.slice("/hooks/".length);
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const given = Buffer.from(event.headers["x-get3w-signature"] ?? "", "hex");
  const isGenuine = (await secretsOf(source)).some((secret) => {
    const expected = createHmac("sha256", secret).update(body).digest();
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (!isGenuine) return undefined;
  const fields = JSON.parse(body.toString());
  return {
    id: `${source}/${fields.id}/${fields.status}`,
    source,
    type: fields.status,
    received_at: Date.now(),
    body,
    body_sha256: createHash("sha256").update(body).digest("hex"),
  };
}

async function secretsOf(source) {
  if (!sources.has(source)) {
    const command = new GetSecretValueCommand({ SecretId: `${SOURCES_PREFIX}/source/${source}` });
    sources.set(source, JSON.parse((await secretsManager.send(command)).SecretString).secrets);
  }
  return sources.get(source);
}

/** Writes the record; false if it stands already. */
export async function record(delivery, condition) {
  const item = {
    id: { S: delivery.id },
    state: { S: "received" },
    source: { S: delivery.source },
    type: { S: delivery.type },
    received_at: { N: String(delivery.received_at) },
    due_at: { N: String(delivery.received_at + DUE_MILLIS) },
    due_shard: { S: String(parseInt(delivery.body_sha256.slice(0, 2), 16) % 64).padStart(2, "0") },
    body_sha256: { S: delivery.body_sha256 },
  };
  if (delivery.body.length <= INLINE_BODY_BYTES) {
    item.body = { B: delivery.body };
  } else {
    const key = keyOf(delivery);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: delivery.body }));
    item.body_ref = { M: { bucket: { S: BUCKET }, key: { S: key } } };
  }
  try {
    await dynamodb.send(new PutItemCommand({ TableName: LEDGER_TABLE, Item: item, ConditionExpression: condition }));
  } catch (error) {
    if (error.name === "ConditionalCheckFailedException") return false;
    throw error;
  }
  return true;
}

export async function enqueue(delivery) {
  const { id, source, type, received_at, body_sha256 } = delivery;
  const body =
    delivery.body.length <= MESSAGE_BODY_BYTES
      ? { text: delivery.body.toString() }
      : { s3: { bucket: BUCKET, key: keyOf(delivery) } };
  const message = JSON.stringify({ id, source, type, received_at, body_sha256, body });
  const command = new SendMessageCommand({ QueueUrl: EVENTS_QUEUE_URL, MessageBody: message, MessageGroupId: source });
  await sqs.send(command);
}

function keyOf(delivery) {
  return `bodies/${createHash("sha256").update(delivery.id).digest("hex")}/${delivery.body_sha256}`;
}

export function answer(event, context, beganAt, status, body) {
  const line = {
    level: "INFO",
    message: "delivery",
    request_id: context.awsRequestId,
    path: event.rawPath,
    status,
    outcome: body.status ?? "refused",
    event_id: body.id,
    duration_ms: performance.now() - beganAt,
  };
  process.stdout.write(JSON.stringify(line) + "\n");
  return { statusCode: status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
