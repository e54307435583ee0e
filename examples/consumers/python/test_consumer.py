"""Runs the cases that all three consumers share, and checks what is sent to DynamoDB."""

import base64
import json
import logging
import unittest
from pathlib import Path
from typing import Any

from claims import DynamoDbClaims, MemoryClaims
from landfall_consumer import Consumer, Event, replaces

CONSUMERS = Path(__file__).parent.parent
EXAMPLES = json.loads((CONSUMERS.parent / "events.json").read_text())
LEASE_SECONDS = 60

logging.disable()


class Objects:
    def __init__(self, objects: dict[str, dict[str, str]]) -> None:
        self.objects = objects

    def get(self, bucket: str, key: str) -> bytes:
        stored = self.objects[f"{bucket}/{key}"]
        if "example" in stored:
            name, field = stored["example"].split(".")
            return EXAMPLES[name][field].encode()
        return base64.b64decode(stored["base64"]) if "base64" in stored else stored["text"].encode()


class BrokenClaims(MemoryClaims):
    """Fails in the calls that a case names."""

    broken: list[str] = []

    def claim(self, key: str, token: str) -> str:
        self.fail_in("claim")
        return super().claim(key, token)

    def complete(self, key: str, token: str) -> None:
        self.fail_in("complete")
        super().complete(key, token)

    def release(self, key: str, token: str) -> None:
        self.fail_in("release")
        super().release(key, token)

    def fail_in(self, call: str) -> None:
        if call in self.broken:
            raise ConnectionError(call)


def sqs_record(record: dict[str, Any]) -> dict[str, str]:
    if "example" in record:
        body = json.dumps({**EXAMPLES[record["example"]]["event"], **record.get("with", {})})
    else:
        body = record["body"]
    return {"messageId": record["messageId"], "body": body}


class OrderTest(unittest.TestCase):
    def test_every_pair(self) -> None:
        def of(change: dict[str, Any]) -> Event:
            event = {**EXAMPLES[change["example"]]["event"], **change.get("with", {})}
            return {name: value for name, value in event.items() if value is not None}

        pairs = json.loads((CONSUMERS / "order.json").read_text())
        self.assertTrue(pairs)
        for about, pair in pairs.items():
            with self.subTest(about):
                event, earlier = of(pair["event"]), of(pair["earlier"])
                self.assertEqual([replaces(event, earlier), replaces(earlier, event)], pair["replaces"])


class CasesTest(unittest.TestCase):
    def check(self, case: dict[str, Any]) -> None:
        clock = 0
        claims = BrokenClaims(LEASE_SECONDS, lambda: clock)
        claims.entries = {key: {"claimed_by": "another", **entry} for key, entry in case.get("claims", {}).items()}
        handled: list[tuple[str, Event]] = []
        failing: list[str] = []

        def handler(event: Event) -> None:
            key = f"{event['id']}#{event['landfallreplay']}"
            handled.append((key, event))
            if key in failing:
                raise ValueError("the handler failed")

        consumer = Consumer(
            handlers=dict.fromkeys(case["types"], handler),
            claims=claims,
            objects=Objects(case.get("objects", {})),
            bucket="landfall-bucket",
        )
        for batch in case["batches"]:
            clock, failing, claims.broken = batch["now"], batch.get("failing", []), batch.get("broken", [])
            handled.clear()
            answer = consumer.handle_batch({"Records": [sqs_record(record) for record in batch["records"]]})
            expected = batch["expected"]
            self.assertEqual([key for key, _ in handled], [event["key"] for event in expected["handled"]])
            for (_, event), wanted in zip(handled, expected["handled"]):
                for name, value in wanted.get("data", {}).items():
                    self.assertEqual(event["data"].get(name), value, name)
            self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": id} for id in expected["failures"]]})

    def test_every_case(self) -> None:
        cases = json.loads((CONSUMERS / "cases.json").read_text())
        self.assertTrue(cases)
        for name, case in cases.items():
            with self.subTest(name):
                self.check(case)


class Refusal(Exception):
    def __init__(self, item: dict[str, Any]) -> None:
        self.response = {"Item": item}


class Client:
    """Stands for boto3's client: notes what is sent and refuses if it is told to."""

    class exceptions:  # noqa: N801, boto3's own name
        ConditionalCheckFailedException = Refusal

    def __init__(self, old: dict[str, Any] | None = None) -> None:
        self.old, self.sent = old, []

    def __getattr__(self, call: str) -> Any:
        def send(**parameters: Any) -> None:
            self.sent.append({"call": call, "parameters": parameters})
            if self.old is not None:
                raise Refusal(self.old)

        return send


class DynamoDbClaimsTest(unittest.TestCase):
    def claims(self, client: Client) -> DynamoDbClaims:
        return DynamoDbClaims(client, "claims", LEASE_SECONDS, now=lambda: 1000.9)

    def test_the_requests_are_those_of_the_other_consumers(self) -> None:
        client = Client()
        claims = self.claims(client)
        self.assertEqual(claims.claim("glossi-prod/job#0", "token"), "mine")
        claims.complete("glossi-prod/job#0", "token")
        claims.release("glossi-prod/job#0", "token")
        self.assertEqual(client.sent, json.loads((CONSUMERS / "dynamodb-requests.json").read_text()))

    def test_a_refused_claim_says_how_the_event_stands(self) -> None:
        def claimed(old: dict[str, Any]) -> str:
            return self.claims(Client(old)).claim("glossi-prod/job#0", "token")

        lease = {"lease_until": {"N": "1060"}}
        self.assertEqual(claimed({"claimed_by": {"S": "another"}, **lease}), "busy")
        self.assertEqual(claimed({"claimed_by": {"S": "another"}}), "done")
        self.assertEqual(claimed({"claimed_by": {"S": "token"}, **lease}), "mine")

    def test_a_lost_claim_is_nobodys_failure(self) -> None:
        claims = self.claims(Client({"claimed_by": {"S": "another"}}))
        claims.complete("glossi-prod/job#0", "token")
        claims.release("glossi-prod/job#0", "token")


if __name__ == "__main__":
    unittest.main()
