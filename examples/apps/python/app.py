"""Asks Get3W for pictures, and shows each when its event has come.

The environment says where everything is: SENDER_URL and SENDER_KEY of Get3W's API, WEBHOOK_URL that Landfall gave for the
source, QUEUE_URL of a queue that is subscribed to that source's events, SOURCE and EXPECT_QUEUE_URL where lost webhooks
are to come back, and PORT of this page. Its only dependency is boto3.
"""

import html
import json
import logging
import os
import threading
import urllib.parse
import urllib.request
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

MODEL = "get3w/flux-dev"
ENDED = ("completed", "failed")


class Jobs:
    """The jobs by the sender's id. In memory, so a restart forgets them: keep yours in a database."""

    def __init__(self):
        self.lock = threading.Lock()
        self.by_id = {}

    def submitted(self, job_id, prompt):
        with self.lock:
            self.by_id.setdefault(job_id, {"status": "submitted"})["prompt"] = prompt

    def handle(self, event):
        """What an event changes. It changes nothing more when the event comes again."""
        data = event["data"]
        if data["job"] is None:
            return
        with self.lock:
            # The event may be here before the answer to the request that submitted the job.
            job = self.by_id.setdefault(data["job"]["id"], {"prompt": ""})
            # No order is promised: what has ended stays so.
            if job.get("status") in ENDED and data["status"] not in ENDED:
                return
            job["status"] = data["status"] or "unrecognized"
            job["pictures"] = [asset["url"] for asset in data["assets"]]
            job["error"] = (data["error"] or {}).get("message")

    def all(self):
        with self.lock:
            return [(job_id, dict(job)) for job_id, job in self.by_id.items()]


def submit(prompt):
    """Submits a job, and gives the id that the sender has for it."""
    body = json.dumps({"prompt": prompt, "webhook_url": os.environ["WEBHOOK_URL"]}).encode()
    headers = {"authorization": f"Bearer {os.environ['SENDER_KEY']}", "content-type": "application/json"}
    request = urllib.request.Request(f"{os.environ['SENDER_URL']}/api/v3/{MODEL}", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]["id"]


def expect(job_id):
    """Says that the job is to end, so that Landfall asks the sender if no webhook comes in time."""
    if queue_url := os.environ.get("EXPECT_QUEUE_URL"):
        message = {"v": 1, "source": os.environ["SOURCE"], "job_id": job_id}
        boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(message))


def consume(jobs):
    """Reads the queue for as long as the program runs. A message is deleted when its event has been handled."""
    sqs, queue_url = boto3.client("sqs"), os.environ["QUEUE_URL"]
    while True:
        received = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in received.get("Messages", []):
            try:
                jobs.handle(json.loads(message["Body"]))
            except (ValueError, KeyError, TypeError):
                # It comes again, and after ten times is in the dead-letter queue.
                logging.exception("message %s is no event", message["MessageId"])
            else:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def page(jobs):
    def shown(job):
        pictures = "".join(f'<img src="{html.escape(url)}" width="256">' for url in job.get("pictures", []))
        return f"{html.escape(job.get('prompt', ''))}: {job['status']} {html.escape(job.get('error') or '')}{pictures}"

    rows = "".join(f'<li id="{html.escape(job_id)}">{shown(job)}</li>' for job_id, job in jobs.all())
    return (
        '<!doctype html><title>Pictures</title><meta http-equiv="refresh" content="2">'
        f'<form method="post" action="/jobs"><input name="prompt" autofocus> <button>Paint</button></form><ul>{rows}</ul>'
    )


def server(jobs):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = page(jobs).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("content-length", 0))).decode())
            prompt = form.get("prompt", [""])[0]
            try:
                job_id = submit(prompt)
                jobs.submitted(job_id, prompt)
            except OSError:
                logging.exception("Get3W did not take the job")
                self.send_error(HTTPStatus.BAD_GATEWAY)
                return
            try:
                expect(job_id)
            except Exception:
                # The job runs all the same, and its webhook most probably comes.
                logging.exception("the job %s is not expected", job_id)
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("location", "/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)


def main():
    jobs = Jobs()
    serving = server(jobs)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{serving.server_address[1]}", flush=True)
    consume(jobs)


if __name__ == "__main__":
    main()
