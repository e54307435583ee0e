"""How more media services and agents sign, each from its documentation, which `docs/providers/` names."""

import json

from signing import Hmac, Millis, Pairs, Prefixed, Sent, StaticToken, UrlToken

COMPLETED = "landfall.job.completed"
OCCURRED = "landfall.event.occurred"


class Synthesia(Hmac):
    provider = "synthesia"
    header = "Synthesia-Signature"
    timestamp_header = "Synthesia-Timestamp"
    signs_timestamp = True
    body = {
        "type": "video.completed",
        "data": {"id": "1234-5678", "title": "Hello, World!", "visibility": "private", "status": "complete", "download": "https://synthesia.example/1.mp4"},
    }
    event_type = COMPLETED

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b"." + sent.body

    def key(self, sent: Sent) -> list[str]:
        data = json.loads(sent.body)["data"]
        return [data["id"], data["status"]]


class Shotstack(UrlToken):
    provider = "shotstack"
    body = {
        "type": "edit",
        "action": "render",
        "id": "6d7acbe6-e7c1-4cf8-b8ea-94e7522878cc",
        "owner": "5ca6hu7s9k",
        "status": "done",
        "url": "https://shotstack-api-v1-output.s3-ap-southeast-2.amazonaws.com/5ca6hu7s9k/1.mp4",
        "error": None,
        "completed": "2026-01-02T03:04:04.810Z",
    }
    change = ("1.mp4", "2.mp4")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["type"], body["id"], body["status"]]


class Novita(UrlToken):
    provider = "novita"
    body = {
        "event_type": "ASYNC_TASK_RESULT",
        "payload": {
            "task": {"eta": 0, "progress_percent": 0, "reason": "", "status": "TASK_STATUS_SUCCEED", "task_id": "f6aec953-2e81-4e8b-938e-2ceab54d6df9", "task_type": "TXT_TO_IMG"},
            "images": [{"image_type": "jpeg", "image_url": "https://faas-output-image.s3.ap-southeast-1.amazonaws.com/1.jpeg"}],
        },
    }
    change = ("1.jpeg", "2.jpeg")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        task = json.loads(sent.body)["payload"]["task"]
        return [task["task_id"], task["status"]]


class Creatomate(UrlToken):
    provider = "creatomate"
    body = {"id": "a862533c-2a48-4fd0-9c51-a1e2e2a1d1ad", "status": "succeeded", "url": "https://creatomate.example/1.mp4", "output_format": "mp4"}
    change = ("1.mp4", "2.mp4")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class Tavus(UrlToken):
    provider = "tavus"
    body = {
        "properties": {"replica_id": "r1"},
        "conversation_id": "c1",
        "webhook_url": "https://hooks.example.com/hooks/test",
        "event_type": "system.replica_joined",
        "message_type": "system",
        "timestamp": "2026-01-02T03:04:04Z",
    }
    change = ('"r1"', '"r2"')
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["conversation_id"], body["event_type"], body["timestamp"]]


class Firecrawl(Prefixed):
    provider = "firecrawl"
    header = "X-Firecrawl-Signature"
    prefix = "sha256="
    body = {
        "success": True,
        "type": "crawl.completed",
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "webhookId": "a1b2c3d4-0001-0000-0000-000000000000",
        "data": [],
        "metadata": {},
    }
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["webhookId"]]


class HuggingFace(StaticToken):
    provider = "hugging-face"
    header = "X-Webhook-Secret"
    body = {
        "event": {"action": "create", "scope": "discussion"},
        "repo": {"type": "model", "name": "openai-community/gpt2", "id": "621ffdc036468d709f17434d", "private": False},
        "webhook": {"id": "6390e855e30d9209411de93b", "version": 3},
    }
    change = ('"create"', '"delete"')
    event_type = OCCURRED


class Retell(Millis, Pairs):
    provider = "retell"
    header = "X-Retell-Signature"
    timestamp_key = "v"
    signature_key = "d"
    other_key = "e"
    whole_seconds = False
    past_seconds = 300
    future_seconds = 300
    body = {
        "event": "call_ended",
        "call": {"call_type": "phone_call", "call_id": "Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6", "agent_id": "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD", "disconnection_reason": "user_hangup"},
    }
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return sent.body + sent.timestamp.encode()

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], body["call"]["call_id"]]


class Json2Video(UrlToken):
    provider = "json2video"
    body = {"success": True, "movie": {"project": "WAEE8PohgVwv2teP", "status": "done", "url": "https://assets.json2video.com/clients/c/1.mp4"}}
    change = ("1.mp4", "2.mp4")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        movie = json.loads(sent.body)["movie"]
        return [movie["project"], movie["status"]]


class BunnyStream(UrlToken):
    provider = "bunny-stream"
    body = {"VideoLibraryId": 133, "VideoGuid": "657bb740-a71b-4529-a012-528021c31a92", "Status": 3}
    change = ("133,", "134,")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [str(body["VideoLibraryId"]), body["VideoGuid"], str(body["Status"])]


AI_SENDERS = [Json2Video(), BunnyStream(), Synthesia(), Shotstack(), Novita(), Creatomate(), Tavus(), Firecrawl(), HuggingFace(), Retell()]
