"""A function that consumes events: what is yours stands here. The runtime brings boto3."""

import os
from typing import Any

import boto3

from claims import DynamoDbClaims
from landfall_consumer import Consumer, Event


class Bucket:
    """Objects in S3."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, bucket: str, key: str) -> bytes:
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()


def job_completed(event: Event) -> None:
    for asset in event["data"]["assets"]:
        print(event["subject"], asset["role"], asset["archived"] or asset["url"])


handler = Consumer(
    handlers={"landfall.job.completed": job_completed},
    claims=DynamoDbClaims(boto3.client("dynamodb"), os.environ["CLAIMS_TABLE"], int(os.environ["LEASE_SECONDS"])),
    objects=Bucket(boto3.client("s3")),
    bucket=os.environ["LANDFALL_BUCKET"],
).handle_batch
