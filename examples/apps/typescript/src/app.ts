/**
 * Asks Get3W for pictures, and shows each when its event has come.
 *
 * The environment says where everything is: SENDER_URL and SENDER_KEY of Get3W's API, WEBHOOK_URL that Landfall gave for
 * the source, QUEUE_URL of a queue that is subscribed to that source's events, SOURCE and EXPECT_QUEUE_URL where lost
 * webhooks are to come back, and PORT of this page.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const MODEL = "get3w/flux-dev";
const ENDED = ["completed", "failed"];

interface Job {
  prompt: string;
  status: string;
  pictures: string[];
  error: string;
}

/** What this program reads of an event. */
interface Event {
  data: {
    status: string | null;
    job: { id: string } | null;
    assets: { url: string }[];
    error: { message: string | null } | null;
  };
}

/** The jobs by the sender's id. In memory, so a restart forgets them: keep yours in a database. */
class Jobs {
  readonly #byId = new Map<string, Job>();

  submitted(id: string, prompt: string): void {
    this.#job(id).prompt = prompt;
  }

  /** What an event changes. It changes nothing more when the event comes again. */
  handle({ data }: Event): void {
    if (data.job === null) return;
    // The event may be here before the answer to the request that submitted the job.
    const job = this.#job(data.job.id);
    // No order is promised: what has ended stays so.
    if (ENDED.includes(job.status) && !ENDED.includes(data.status ?? "")) return;
    job.status = data.status ?? "unrecognized";
    job.pictures = data.assets.map((asset) => asset.url);
    job.error = data.error?.message ?? "";
  }

  all(): Iterable<[string, Job]> {
    return this.#byId.entries();
  }

  #job(id: string): Job {
    const job = this.#byId.get(id) ?? { prompt: "", status: "submitted", pictures: [], error: "" };
    this.#byId.set(id, job);
    return job;
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** Submits a job, and gives the id that the sender has for it. */
async function submit(prompt: string): Promise<string> {
  const answer = await fetch(`${setting("SENDER_URL")}/api/v3/${MODEL}`, {
    method: "POST",
    headers: { authorization: `Bearer ${setting("SENDER_KEY")}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt, webhook_url: setting("WEBHOOK_URL") }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`Get3W answered ${answer.status}`);
  const { data } = (await answer.json()) as { data: { id: string } };
  return data.id;
}

/** Says that the job is to end, so that Landfall asks the sender if no webhook comes in time. */
async function expect(jobId: string): Promise<void> {
  const QueueUrl = process.env["EXPECT_QUEUE_URL"];
  if (QueueUrl === undefined) return;
  const MessageBody = JSON.stringify({ v: 1, source: setting("SOURCE"), job_id: jobId });
  await new SQSClient().send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

/** Reads the queue for as long as the program runs. A message is deleted when its event has been handled. */
async function consume(jobs: Jobs): Promise<never> {
  const [sqs, QueueUrl] = [new SQSClient(), setting("QUEUE_URL")];
  for (;;) {
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }));
    for (const message of received.Messages ?? []) {
      try {
        jobs.handle(JSON.parse(message.Body ?? "") as Event);
      } catch (error) {
        // It comes again, and after ten times is in the dead-letter queue.
        console.error(`message ${message.MessageId} is no event:`, error);
        continue;
      }
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(jobs: Jobs): string {
  const rows = Array.from(jobs.all(), ([id, job]) => {
    const pictures = job.pictures.map((url) => `<img src="${escape(url)}" width="256">`).join("");
    return `<li id="${escape(id)}">${escape(job.prompt)}: ${escape(job.status)} ${escape(job.error)}${pictures}</li>`;
  });
  return `<!doctype html><title>Pictures</title><meta http-equiv="refresh" content="2">
<form method="post" action="/jobs"><input name="prompt" autofocus> <button>Paint</button></form><ul>${rows.join("")}</ul>`;
}

async function form(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return new URLSearchParams(body);
}

function serve(jobs: Jobs): Server {
  return createServer(async (request, response) => {
    try {
      if (request.method === "POST") {
        const prompt = (await form(request)).get("prompt") ?? "";
        const jobId = await submit(prompt);
        jobs.submitted(jobId, prompt);
        // Without it the job runs all the same, and its webhook most probably comes.
        await expect(jobId).catch((error: unknown) => console.error(`the job ${jobId} is not expected:`, error));
        response.writeHead(303, { location: "/" }).end();
      } else {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(jobs));
      }
    } catch (error) {
      console.error(error);
      response.writeHead(502).end();
    }
  });
}

const jobs = new Jobs();
const server = serve(jobs).listen(Number(process.env["PORT"] ?? 8000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
await consume(jobs);
