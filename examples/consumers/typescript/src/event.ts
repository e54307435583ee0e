// An event as Landfall publishes it, and how it is read from a message.

/** An event. `landfall.{thing}.{status}` is its type; fields that are not here may come with a later version. */
export interface LandfallEvent {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  subject?: string;
  time: string;
  landfallreplay: number;
  /** Absent in events of earlier versions. */
  landfallreceived?: string;
  data: EventData;
}

export interface EventData {
  provider: string;
  status: "created" | "progress" | "completed" | "failed" | "occurred" | null;
  media: "image" | "video" | "audio" | "3d" | "text" | "other" | null;
  job: { id: string | null; type: string | null; model: string | null; correlation_id: string | null };
  assets: Asset[];
  assets_ref?: Reference;
  error: { code: string | null; message: string | null } | null;
  timings: { created_at?: string; started_at?: string; completed_at?: string; work_seconds?: number };
  verified_by: string;
  origin: string;
  /** The sender's JSON. Integers beyond 2^53 lose their last digits: `JSON.parse` reads them as doubles. */
  raw?: unknown;
  raw_text?: string;
  raw_base64?: string;
  raw_ref?: Reference;
}

export interface Asset {
  role: string;
  media_type: string | null;
  url: string;
  archived: Reference | null;
  not_archived?: string;
  expires_at: string | null;
}

/** An object in the inbox's bucket. */
export interface Reference {
  bucket: string;
  key: string;
  size: number;
  sha256: string;
}

/** The message stays on the queue. The text quotes nothing of it. */
export class Refused extends Error {}

/** The event in a message. Fields that nobody asked for do not matter. */
export function parse(text: string): LandfallEvent {
  const event = parsed(text);
  if (
    !isObject(event) ||
    event["specversion"] !== "1.0" ||
    !isName(event["id"]) ||
    !isName(event["type"]) ||
    !Number.isSafeInteger(event["landfallreplay"]) ||
    (event["landfallreplay"] as number) < 0 ||
    !isObject(event["data"])
  ) {
    throw new Refused("not an event of Landfall; is raw message delivery on?");
  }
  return event as unknown as LandfallEvent;
}

/** Whether `event` tells a later state of its job than `earlier` does: messages come in any order. */
export function replaces(event: LandfallEvent, earlier: LandfallEvent): boolean {
  // An end wins; else the newer time does; of one time, the later arrival. Earlier versions do not tell the arrival.
  const ends = (it: LandfallEvent) => (["completed", "failed"].includes(it.data.status ?? "") ? "1" : "0");
  const order = (it: LandfallEvent) => [ends(it), it.time, it.landfallreceived ?? ""].join(" ");
  return order(event) > order(earlier);
}

/** A body in the field in which a small one would have come. */
export function asRaw(content: Uint8Array): Pick<EventData, "raw" | "raw_text" | "raw_base64"> {
  let text: string;
  try {
    // It would drop a byte order mark unless told to ignore that it is one.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return { raw_base64: Buffer.from(content).toString("base64") };
  }
  try {
    return { raw: JSON.parse(text) };
  } catch {
    return { raw_text: text };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("not JSON");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
