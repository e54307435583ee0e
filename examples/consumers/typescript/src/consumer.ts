// The core of a consumer of Landfall's events: a batch of SQS records in, the failed ones out.

import { createHash, randomUUID } from "node:crypto";
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { asRaw, parse, Refused, type Asset, type LandfallEvent, type Reference } from "./event.js";

export type Handler = (event: LandfallEvent) => Promise<void>;

/** Who works on which event, and which are done. A claim ends by itself: a crash must not hold an event for ever. */
export interface Claims {
  /** Takes `key`: `mine` if nobody has it or its lease has lapsed, else `busy` or `done`. */
  claim(key: string, token: string): Promise<"mine" | "busy" | "done">;
  /** Marks `key` done, so that it is never taken again. */
  complete(key: string, token: string): Promise<void>;
  /** Gives `key` back, so that the next receive can take it at once. */
  release(key: string, token: string): Promise<void>;
}

/** The inbox's bucket. */
export interface Objects {
  get(bucket: string, key: string): Promise<Uint8Array>;
}

export interface Settings {
  /** By type. A type that is not here is ignored. */
  handlers: Record<string, Handler>;
  claims: Claims;
  objects: Objects;
  /** The inbox's bucket; references lead nowhere else. */
  bucket: string;
  log: (line: string) => void;
}

/** Handles each event once, as far as that can be: a crash between the work and `complete` repeats the work. */
export class Consumer {
  constructor(private readonly settings: Settings) {}

  /** Lambda's handler. What is not named in the answer is deleted from the queue. */
  async handleBatch(batch: Pick<SQSEvent, "Records">): Promise<SQSBatchResponse> {
    const batchItemFailures: SQSBatchItemFailure[] = [];
    for (const record of batch.Records) {
      try {
        await this.handle(record.body);
      } catch (error) {
        // Whatever it is, it is this record's alone.
        this.settings.log(`message ${record.messageId} stays on the queue: ${reason(error)}`);
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  }

  private async handle(text: string): Promise<void> {
    const { handlers, claims, log } = this.settings;
    const event = parse(text);
    const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
    if (handler === undefined) {
      log(`ignored ${event.id}: nothing is done for ${event.type}`);
      return;
    }
    const key = `${event.id}#${event.landfallreplay}`;
    const token = randomUUID();
    // Before the work, so that two copies of the event are never worked on at the same time.
    const claim = await claims.claim(key, token);
    if (claim === "done") {
      log(`${key} is done already`);
      return;
    }
    if (claim === "busy") {
      // Not a duplicate to delete: whoever holds the claim may crash, and then this message is the only one left.
      throw new Refused(`${key} is being worked on`);
    }
    try {
      await handler(await this.resolved(event));
    } catch (error) {
      await this.released(key, token);
      throw error;
    }
    // Not before the work is done: a crash until here lets the lease lapse, and the event comes again.
    await claims.complete(key, token);
  }

  private async released(key: string, token: string): Promise<void> {
    try {
      await this.settings.claims.release(key, token);
    } catch (error) {
      this.settings.log(`${key} is free only when its lease lapses: ${reason(error)}`);
    }
  }

  /** The event with everything in it that lay in the bucket. */
  private async resolved(event: LandfallEvent): Promise<LandfallEvent> {
    const data = { ...event.data };
    if (data.raw_ref !== undefined) {
      Object.assign(data, asRaw(await this.fetch(data.raw_ref)));
    }
    if (data.assets_ref !== undefined) {
      data.assets = JSON.parse(Buffer.from(await this.fetch(data.assets_ref)).toString()) as Asset[];
    }
    return { ...event, data };
  }

  private async fetch({ bucket, key, size, sha256 }: Reference): Promise<Uint8Array> {
    if (bucket !== this.settings.bucket) {
      throw new Refused("a reference leads to another bucket than the inbox's");
    }
    const content = await this.settings.objects.get(bucket, key);
    if (content.length !== size || createHash("sha256").update(content).digest("hex") !== sha256) {
      throw new Refused(`${key} is not what was published`);
    }
    return content;
  }
}

function reason(error: unknown): string {
  if (error instanceof Refused) return error.message;
  return error instanceof Error ? error.name : typeof error;
}
