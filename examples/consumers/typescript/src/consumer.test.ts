// Runs the cases that all three consumers share, and checks what is sent to DynamoDB.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ConditionalCheckFailedException, type AttributeValue, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SQSRecord } from "aws-lambda";
import { DynamoDbClaims, MemoryClaims } from "./claims.js";
import { Consumer } from "./consumer.js";
import { replaces, type LandfallEvent } from "./event.js";

const CONSUMERS = new URL("../../", import.meta.url);
const EXAMPLES = json<Record<string, Example>>(new URL("../events.json", CONSUMERS));
const LEASE_SECONDS = 60;

/** An event, and what lies in the bucket for it. */
interface Example {
  event: object;
  body?: string;
  assets?: string;
}

interface Case {
  types: string[];
  objects?: Record<string, { example: string } | { text: string } | { base64: string }>;
  claims?: Record<string, { lease_until?: number }>;
  batches: Batch[];
}

interface Batch {
  now: number;
  records: ({ messageId: string } & ({ example: string; with?: object } | { body: string }))[];
  failing?: string[];
  broken?: string[];
  expected: { handled: { key: string; data?: Record<string, unknown> }[]; failures: string[] };
}

/** Fails in the calls that a case names. */
class BrokenClaims extends MemoryClaims {
  broken: string[] = [];

  override async claim(key: string, token: string) {
    this.failIn("claim");
    return super.claim(key, token);
  }

  override async complete(key: string, token: string) {
    this.failIn("complete");
    return super.complete(key, token);
  }

  override async release(key: string, token: string) {
    this.failIn("release");
    return super.release(key, token);
  }

  private failIn(call: string) {
    if (this.broken.includes(call)) throw new Error(call);
  }
}

function json<T>(url: URL): T {
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

function sqsRecord(record: Batch["records"][number]): SQSRecord {
  const body =
    "body" in record ? record.body : JSON.stringify({ ...EXAMPLES[record.example]?.event, ...record.with });
  return { messageId: record.messageId, body } as SQSRecord;
}

/** What lies in the bucket for an example: `job-completed-body-by-reference.body`. */
function objectOf(reference: string): string {
  const [name, field] = reference.split(".") as [string, "body" | "assets"];
  const object = EXAMPLES[name]?.[field];
  if (object === undefined) throw new Error(`no ${reference}`);
  return object;
}

async function check(wanted: Case): Promise<void> {
  let now = 0;
  let failing: string[] = [];
  let handled: [string, LandfallEvent][] = [];
  const claims = new BrokenClaims(LEASE_SECONDS, () => now);
  for (const [key, { lease_until }] of Object.entries(wanted.claims ?? {})) {
    claims.entries.set(key, { token: "another", ...(lease_until === undefined ? {} : { leaseUntil: lease_until }) });
  }
  const handler = async (event: LandfallEvent) => {
    const key = `${event.id}#${event.landfallreplay}`;
    handled.push([key, event]);
    if (failing.includes(key)) throw new Error("the handler failed");
  };
  const consumer = new Consumer({
    handlers: Object.fromEntries(wanted.types.map((type) => [type, handler])),
    claims,
    objects: {
      async get(bucket, key) {
        const stored = wanted.objects?.[`${bucket}/${key}`];
        if (stored === undefined) throw new Error("no such object");
        if ("base64" in stored) return Buffer.from(stored.base64, "base64");
        return Buffer.from("text" in stored ? stored.text : objectOf(stored.example));
      },
    },
    bucket: "landfall-bucket",
    log: () => {},
  });
  for (const batch of wanted.batches) {
    now = batch.now;
    failing = batch.failing ?? [];
    claims.broken = batch.broken ?? [];
    handled = [];
    const answer = await consumer.handleBatch({ Records: batch.records.map(sqsRecord) });
    const { expected } = batch;
    assert.deepEqual(handled.map(([key]) => key), expected.handled.map(({ key }) => key));
    for (const [index, { data }] of expected.handled.entries()) {
      const seen = handled[index]?.[1].data as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(data ?? {})) assert.deepEqual(seen[name], value, name);
    }
    assert.deepEqual(answer, { batchItemFailures: expected.failures.map((id) => ({ itemIdentifier: id })) });
  }
}

const cases = Object.entries(json<Record<string, Case>>(new URL("cases.json", CONSUMERS)));
assert.notEqual(cases.length, 0);
for (const [name, wanted] of cases) {
  test(name, () => check(wanted));
}

interface Pair {
  event: { example: string; with?: object };
  earlier: { example: string; with?: object };
  replaces: [boolean, boolean];
}

for (const [about, pair] of Object.entries(json<Record<string, Pair>>(new URL("order.json", CONSUMERS)))) {
  test(about, () => {
    const [event, earlier] = [pair.event, pair.earlier].map((change) => {
      const members = Object.entries({ ...EXAMPLES[change.example]?.event, ...change.with });
      return Object.fromEntries(members.filter(([, value]) => value !== null)) as unknown as LandfallEvent;
    }) as [LandfallEvent, LandfallEvent];
    assert.deepEqual([replaces(event, earlier), replaces(earlier, event)], pair.replaces);
  });
}

function dynamoDbClaims(old?: Record<string, AttributeValue>) {
  const sent: { call: string; parameters: unknown }[] = [];
  const calls: Record<string, string> = {
    PutItemCommand: "put_item",
    UpdateItemCommand: "update_item",
    DeleteItemCommand: "delete_item",
  };
  const client = {
    async send(command: { constructor: { name: string }; input: unknown }) {
      sent.push({ call: calls[command.constructor.name] ?? "", parameters: command.input });
      if (old !== undefined) throw new ConditionalCheckFailedException({ message: "", $metadata: {}, Item: old });
    },
  } as unknown as DynamoDBClient;
  return { sent, claims: new DynamoDbClaims(client, "claims", LEASE_SECONDS, undefined, () => 1000) };
}

test("the requests to DynamoDB are those of the other consumers", async () => {
  const { sent, claims } = dynamoDbClaims();
  assert.equal(await claims.claim("glossi-prod/job#0", "token"), "mine");
  await claims.complete("glossi-prod/job#0", "token");
  await claims.release("glossi-prod/job#0", "token");
  assert.deepEqual(sent, json(new URL("dynamodb-requests.json", CONSUMERS)));
});

test("a refused claim says how the event stands", async () => {
  const claimed = (old: Record<string, AttributeValue>) =>
    dynamoDbClaims(old).claims.claim("glossi-prod/job#0", "token");
  const lease_until = { N: "1060" };
  assert.equal(await claimed({ claimed_by: { S: "another" }, lease_until }), "busy");
  assert.equal(await claimed({ claimed_by: { S: "another" } }), "done");
  assert.equal(await claimed({ claimed_by: { S: "token" }, lease_until }), "mine");
});

test("a lost claim is nobody's failure", async () => {
  const { claims } = dynamoDbClaims({ claimed_by: { S: "another" } });
  await claims.complete("glossi-prod/job#0", "token");
  await claims.release("glossi-prod/job#0", "token");
});
