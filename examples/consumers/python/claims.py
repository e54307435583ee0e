"""Where claims are kept: in memory for tests, in DynamoDB for a function."""

import time
from collections.abc import Callable
from typing import Any

DAY_SECONDS = 24 * 60 * 60


class MemoryClaims:
    """For tests and a single process: a restart forgets everything."""

    def __init__(self, lease_seconds: int, now: Callable[[], float] = time.time) -> None:
        self.lease_seconds, self.now = lease_seconds, now
        self.entries: dict[str, dict[str, Any]] = {}

    def claim(self, key: str, token: str) -> str:
        old = self.entries.get(key)
        if old is not None and "lease_until" not in old:
            return "done"
        if old is not None and old["lease_until"] > self.now():
            return "busy"
        self.entries[key] = {"claimed_by": token, "lease_until": int(self.now()) + self.lease_seconds}
        return "mine"

    def complete(self, key: str, token: str) -> None:
        if self.entries.get(key, {}).get("claimed_by") == token:
            del self.entries[key]["lease_until"]

    def release(self, key: str, token: str) -> None:
        if self.entries.get(key, {}).get("claimed_by") == token:
            del self.entries[key]


class DynamoDbClaims:
    """A table with the string key `id` and its time to live on `expires_at`.

    The lease is longer than the function's time-out, so that it lapses only after a crash, and shorter than the queue's
    visibility time-out, so that it has lapsed when the message comes again. What is done is remembered for longer than
    a message can live: 14 days on a queue, and 14 more if it is redriven from the dead-letter queue.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        lease_seconds: int,
        remember_seconds: int = 30 * DAY_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.client, self.table, self.now = client, table, now
        self.lease_seconds, self.remember_seconds = lease_seconds, remember_seconds

    def claim(self, key: str, token: str) -> str:
        now = int(self.now())
        try:
            self.client.put_item(
                TableName=self.table,
                Item={
                    "id": {"S": key},
                    "claimed_by": {"S": token},
                    "lease_until": {"N": str(now + self.lease_seconds)},
                    "expires_at": {"N": str(now + self.remember_seconds)},
                },
                # DynamoDB deletes expired items late, so their time is compared here.
                ConditionExpression="attribute_not_exists(id) OR lease_until <= :now OR expires_at <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException as refused:
            old = refused.response["Item"]
            # The SDK repeats a call whose answer was lost: then the condition fails on its own first try.
            if old["claimed_by"]["S"] == token:
                return "mine"
            return "busy" if "lease_until" in old else "done"
        return "mine"

    def complete(self, key: str, token: str) -> None:
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"id": {"S": key}},
                UpdateExpression="SET expires_at = :expires_at REMOVE lease_until",
                ConditionExpression="claimed_by = :token",
                ExpressionAttributeValues={
                    ":expires_at": {"N": str(int(self.now()) + self.remember_seconds)},
                    ":token": {"S": token},
                },
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            pass  # the lease lapsed and somebody else took the event: its end is theirs to tell

    def release(self, key: str, token: str) -> None:
        try:
            self.client.delete_item(
                TableName=self.table,
                Key={"id": {"S": key}},
                ConditionExpression="claimed_by = :token",
                ExpressionAttributeValues={":token": {"S": token}},
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            pass  # it is no longer ours to give back
