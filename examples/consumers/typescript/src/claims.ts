// Where claims are kept: in memory for tests, in DynamoDB for a function.

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { Claims } from "./consumer.js";

const DAY_SECONDS = 24 * 60 * 60;
type Clock = () => number;
const systemClock: Clock = () => Math.floor(Date.now() / 1000);

/** For tests and a single process: a restart forgets everything. */
export class MemoryClaims implements Claims {
  readonly entries = new Map<string, { token: string; leaseUntil?: number }>();

  constructor(
    private readonly leaseSeconds: number,
    private readonly now: Clock = systemClock,
  ) {}

  async claim(key: string, token: string): Promise<"mine" | "busy" | "done"> {
    const old = this.entries.get(key);
    if (old !== undefined && old.leaseUntil === undefined) return "done";
    if (old?.leaseUntil !== undefined && old.leaseUntil > this.now()) return "busy";
    this.entries.set(key, { token, leaseUntil: this.now() + this.leaseSeconds });
    return "mine";
  }

  async complete(key: string, token: string): Promise<void> {
    if (this.entries.get(key)?.token === token) this.entries.set(key, { token });
  }

  async release(key: string, token: string): Promise<void> {
    if (this.entries.get(key)?.token === token) this.entries.delete(key);
  }
}

/**
 * A table with the string key `id` and its time to live on `expires_at`.
 *
 * The lease is longer than the function's time-out, so that it lapses only after a crash, and shorter than the queue's
 * visibility time-out, so that it has lapsed when the message comes again. What is done is remembered for longer than
 * a message can live: 14 days on a queue, and 14 more if it is redriven from the dead-letter queue.
 */
export class DynamoDbClaims implements Claims {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
    private readonly leaseSeconds: number,
    private readonly rememberSeconds = 30 * DAY_SECONDS,
    private readonly now: Clock = systemClock,
  ) {}

  async claim(key: string, token: string): Promise<"mine" | "busy" | "done"> {
    const now = this.now();
    const put = new PutItemCommand({
      TableName: this.table,
      Item: {
        id: { S: key },
        claimed_by: { S: token },
        lease_until: { N: String(now + this.leaseSeconds) },
        expires_at: { N: String(now + this.rememberSeconds) },
      },
      // DynamoDB deletes expired items late, so their time is compared here.
      ConditionExpression: "attribute_not_exists(id) OR lease_until <= :now OR expires_at <= :now",
      ExpressionAttributeValues: { ":now": { N: String(now) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await this.client.send(put);
      return "mine";
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK repeats a call whose answer was lost: then the condition fails on its own first try.
      if (error.Item?.["claimed_by"]?.S === token) return "mine";
      return error.Item?.["lease_until"] === undefined ? "done" : "busy";
    }
  }

  async complete(key: string, token: string): Promise<void> {
    const update = new UpdateItemCommand({
      TableName: this.table,
      Key: { id: { S: key } },
      UpdateExpression: "SET expires_at = :expires_at REMOVE lease_until",
      ConditionExpression: "claimed_by = :token",
      ExpressionAttributeValues: {
        ":expires_at": { N: String(this.now() + this.rememberSeconds) },
        ":token": { S: token },
      },
    });
    // If it is refused, the lease lapsed and somebody else took the event: its end is theirs to tell.
    await this.client.send(update).catch(unlessLost);
  }

  async release(key: string, token: string): Promise<void> {
    const remove = new DeleteItemCommand({
      TableName: this.table,
      Key: { id: { S: key } },
      ConditionExpression: "claimed_by = :token",
      ExpressionAttributeValues: { ":token": { S: token } },
    });
    await this.client.send(remove).catch(unlessLost);
  }
}

function unlessLost(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
}
