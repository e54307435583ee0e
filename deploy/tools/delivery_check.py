"""Checks that published events reach the consumer queue: a key's policy can silently keep SNS from it."""

import json
import sys
import uuid
from datetime import datetime, timezone

from botocore.exceptions import ClientError

# With the longest that SQS waits for a message, a minute and a half.
RECEIVES = 5
WAIT_SECONDS = 20
# Other consumers do not see the messages that this looks at for so long.
HIDDEN_SECONDS = 5


def check(session, outputs):
    """Publishes one event and looks for it in the consumer queue."""
    queue, sqs = outputs["ConsumerQueueUrl"], session.client("sqs")
    event = an_event()
    try:
        publish(session, outputs["TopicArn"], event)
        for _ in range(RECEIVES):
            received = sqs.receive_message(
                QueueUrl=queue, WaitTimeSeconds=WAIT_SECONDS, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS,
            )
            for message in received.get("Messages", []):
                if event["id"] in message["Body"]:
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                    print(f"An event of the type {event['type']} was published and reached the consumer queue.")
                    return
    except ClientError as error:
        sys.exit(f"Could not check whether events reach the consumer queue: {error}")
    sys.exit(f"The event {event['id']} was published and did not reach the consumer queue. Unless another consumer took "
             "it,\nSNS may not use the key. See docs/hardening.md, A key of your own, then run this again with --check-delivery.")


def an_event():
    """An event as consumers know it. They ignore an unknown type."""
    return {
        "specversion": "1.0", "id": f"landfall-check/{uuid.uuid4()}", "source": "/landfall/landfall-check",
        "type": "landfall.check", "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json", "landfallreplay": 0, "data": {},
    }


def publish(session, topic, event):
    attributes = {"type": event["type"], "source": "landfall-check"}
    session.client("sns").publish(
        TopicArn=topic, Message=json.dumps(event),
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )
