"""A webhook receiver as one writes it with boto3: verify, record, enqueue, answer."""

import base64
import hashlib
import hmac
import json
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = os.environ["LEDGER_TABLE"]
QUEUE_URL = os.environ["EVENTS_QUEUE_URL"]
BUCKET = os.environ["BUCKET"]
PREFIX = os.environ["SOURCES_PREFIX"]
INLINE_BODY_BYTES = 8 * 1024
MESSAGE_BODY_BYTES = 56 * 1024
DUE_MILLIS = 10 * 60 * 1000

CONFIG = Config(connect_timeout=0.6, read_timeout=0.8, retries={"mode": "standard", "total_max_attempts": 2})
dynamodb = boto3.client("dynamodb", config=CONFIG)
sqs = boto3.client("sqs", config=CONFIG)
s3 = boto3.client("s3", config=CONFIG)
secrets_manager = boto3.client("secretsmanager", config=CONFIG)
sources = {}


def handler(event, context):
    began_at = time.perf_counter()
    delivery = verify(event)
    if delivery is None:
        return answer(event, context, began_at, 401, {"error": "the delivery could not be verified"})
    status = "accepted" if record(delivery, "attribute_not_exists(id)") else "duplicate"
    if status == "accepted":
        enqueue(delivery)
    return answer(event, context, began_at, 200, {"status": status, "id": delivery["id"]})


def verify(event):
    """The delivery with its event id, or None if it is not genuine."""
    source = event["rawPath"].removeprefix("/hooks/")
    body = event.get("body", "")
    body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    secrets = secrets_of(source)
    given = event["headers"].get("x-get3w-signature", "")
    if not any(hmac.compare_digest(sign(secret, body), given.lower()) for secret in secrets):
        return None
    fields = json.loads(body)
    return {
        "id": f"{source}/{fields['id']}/{fields['status']}",
        "source": source,
        "type": fields["status"],
        "received_at": time.time_ns() // 1_000_000,
        "body": body,
        "body_sha256": hashlib.sha256(body).hexdigest(),
    }


def sign(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def secrets_of(source):
    if source not in sources:
        text = secrets_manager.get_secret_value(SecretId=f"{PREFIX}/source/{source}")["SecretString"]
        sources[source] = json.loads(text)["secrets"]
    return sources[source]


def record(delivery, condition=None):
    """Writes the record; False if it stands already."""
    item = {
        "id": {"S": delivery["id"]},
        "state": {"S": "received"},
        "source": {"S": delivery["source"]},
        "type": {"S": delivery["type"]},
        "received_at": {"N": str(delivery["received_at"])},
        "due_at": {"N": str(delivery["received_at"] + DUE_MILLIS)},
        "due_shard": {"S": f"{int(delivery['body_sha256'][:2], 16) % 64:02}"},
        "body_sha256": {"S": delivery["body_sha256"]},
    }
    if len(delivery["body"]) <= INLINE_BODY_BYTES:
        item["body"] = {"B": delivery["body"]}
    else:
        key = key_of(delivery)
        s3.put_object(Bucket=BUCKET, Key=key, Body=delivery["body"])
        item["body_ref"] = {"M": {"bucket": {"S": BUCKET}, "key": {"S": key}}}
    try:
        conditions = {"ConditionExpression": condition} if condition else {}
        dynamodb.put_item(TableName=TABLE, Item=item, **conditions)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def enqueue(delivery):
    if len(delivery["body"]) <= MESSAGE_BODY_BYTES:
        body = {"text": delivery["body"].decode()}
    else:
        body = {"s3": {"bucket": BUCKET, "key": key_of(delivery)}}
    message = {name: delivery[name] for name in ("id", "source", "type", "received_at", "body_sha256")}
    sqs.send_message(
        QueueUrl=QUEUE_URL, MessageBody=json.dumps({**message, "body": body}), MessageGroupId=delivery["source"]
    )


def key_of(delivery):
    return f"bodies/{hashlib.sha256(delivery['id'].encode()).hexdigest()}/{delivery['body_sha256']}"


def answer(event, context, began_at, status, body):
    line = {
        "level": "INFO",
        "message": "delivery",
        "request_id": context.aws_request_id,
        "path": event["rawPath"],
        "status": status,
        "outcome": body.get("status", "refused"),
        "event_id": body.get("id"),
        "duration_ms": (time.perf_counter() - began_at) * 1000,
    }
    print(json.dumps(line))
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
