"""Prints events from the queue QUEUE_URL until there have been COUNT: consumer.py QUEUE_URL COUNT"""

import json
import sys

import boto3


def handle(event):
    data = event["data"]
    links = " ".join(asset["url"] for asset in data["assets"])
    print(event["type"], event.get("subject", "-"), data["verified_by"], links)


def main(queue_url, count):
    sqs, seen = boto3.client("sqs"), set()
    while len(seen) < count:
        received = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in received.get("Messages", []):
            event = json.loads(message["Body"])
            # An event reaches the queue at least once. What must survive a restart belongs in a database.
            key = (event["id"], event["landfallreplay"])
            if key not in seen:
                handle(event)
                seen.add(key)
            # Only now: if this program crashes before, the message is delivered again.
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


main(sys.argv[1], int(sys.argv[2]))
