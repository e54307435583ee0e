"""How yet more media services and agents sign, each from its documentation, which `docs/providers/` names."""

import hashlib
import json

from signing import KeySet, Pairs, Sent, StandardWebhooks, StaticToken, UrlToken, Versions

COMPLETED = "landfall.job.completed"
OCCURRED = "landfall.event.occurred"


class Anthropic(StandardWebhooks):
    provider = "anthropic"
    body = {
        "id": "whe_0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "created_at": "2026-01-02T03:04:04Z",
        "data": {
            "id": "sesn_011CZkZAtmR3yMPDzynEDxu7",
            "organization_id": "org_011CZkZZAe0sMna4vkBdtrfx",
            "type": "session.status_idled",
            "workspace_id": "wrkspc_011CZkZaBF1tNoB5wlCeusgy",
        },
        "type": "event",
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class FiveMinutes(Pairs):
    """A time and a signature in one header, and five minutes."""

    past_seconds = 300
    future_seconds = 300

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class OpenRouter(FiveMinutes):
    provider = "openrouter"
    header = "X-OpenRouter-Signature"
    other_headers = {"X-OpenRouter-Idempotency-Key": "abc123-completed"}
    body = {
        "type": "video.generation.completed",
        "created_at": "2026-01-02T03:04:04.000Z",
        "data": {
            "id": "abc123",
            "status": "completed",
            "generation_id": "gen-xyz789",
            "model": "google/veo-3.1",
            "unsigned_urls": ["https://openrouter.ai/api/v1/videos/abc123/content?index=0"],
            "usage": {"cost": 0.5, "is_byok": False},
        },
    }
    event_type = COMPLETED

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b"," + sent.body

    def key(self, sent: Sent) -> list[str]:
        data = json.loads(sent.body)["data"]
        return [data["id"], data["status"]]


class TwelveLabs(FiveMinutes):
    provider = "twelve-labs"
    header = "TL-Signature"
    body = {
        "id": "whe_0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "created_at": "2026-01-02T03:04:04.123Z",
        "type": "analyze.task.ready",
        "data": {"id": "64f8d2c7e4a1b37f8a9c5d12", "custom_id": "client-ref-42", "status": "ready"},
    }
    event_type = COMPLETED


class Exa(FiveMinutes):
    provider = "exa"
    header = "Exa-Signature"
    body = {
        "id": "event_1",
        "object": "event",
        "type": "monitor.run.completed",
        "data": {"id": "run_1", "monitorId": "monitor_1", "status": "completed"},
        "createdAt": "2026-01-02T03:04:04.000Z",
    }
    event_type = OCCURRED


class Mux(FiveMinutes):
    provider = "mux"
    header = "Mux-Signature"
    body = {
        "type": "video.asset.ready",
        "object": {"type": "asset", "id": "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002"},
        "id": "3a56ac3d-33da-4366-855b-f592d898409d",
        "environment": {"name": "Demo pages", "id": "j0863n"},
        "data": {"status": "ready", "id": "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002", "duration": 153.361542},
        "created_at": "2026-01-02T03:04:04.000Z",
        "attempts": [],
    }
    event_type = COMPLETED


class Ideogram(KeySet):
    provider = "ideogram"
    header = "X-Ideogram-Webhook-Signature"
    id_header = "X-Ideogram-Webhook-Generation-Id"
    timestamp_header = "X-Ideogram-Webhook-Timestamp"
    account_header = "X-Ideogram-Webhook-User-Id"
    other_headers = {"X-Ideogram-Webhook-Key-Id": "key-0"}
    signed_headers = {account_header: "q2ZkT9pVRzS0c4yJmYt3hA"}
    options = {"account": "q2ZkT9pVRzS0c4yJmYt3hA"}
    signs_id = True
    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300
    body = {
        "generation_id": "xtdZiqPwRxqY1Y7NExFmzB",
        "created": "2026-01-02T03:04:04Z",
        "data": [{"url": "https://ideogram.ai/api/images/ephemeral/1.png", "seed": 12345, "is_image_safe": True}],
    }
    event_type = COMPLETED

    def message(self, sent: Sent) -> bytes:
        digest = hashlib.sha256(sent.body).hexdigest()
        return "\n".join([sent.id, *self.signed_headers.values(), sent.timestamp, digest]).encode()

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["generation_id"]]


class Runpod(UrlToken):
    provider = "runpod"
    body = {
        "delayTime": 2188,
        "executionTime": 2297,
        "id": "60902e6c-08a1-426e-9cb9-9eaec90f5e2b-u1",
        "output": [{"image": "https://image.example/1.png", "seed": 46578}],
        "status": "COMPLETED",
    }
    change = ("1.png", "2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class Higgsfield(UrlToken):
    provider = "higgsfield"
    body = {
        "status": "completed",
        "request_id": "9417a243-e457-4075-895b-b68f3cda5303",
        "images": [{"url": "https://images.example/1.png"}],
    }
    change = ("1.png", "2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["request_id"], body["status"]]


class SunoApi(UrlToken):
    provider = "suno-api"
    body = {
        "code": 200,
        "msg": "All generated successfully.",
        "data": {
            "callbackType": "complete",
            "task_id": "2fac9f72",
            "data": [{"id": "8551", "audio_url": "https://example.cn/1.mp3", "model_name": "chirp-v3-5"}],
        },
    }
    change = ("1.mp3", "2.mp3")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        data = json.loads(sent.body)["data"]
        return [data["task_id"], data["callbackType"]]


class Vapi(StaticToken):
    provider = "vapi"
    header = "Authorization"
    prefix = "Bearer "
    body = {"message": {"type": "status-update", "call": {"id": "7b1f8f3e-6c1e-4b55-9d2c-0c3a2f1e4d5b"}, "status": "ended"}}
    change = ("ended", "queued")
    event_type = OCCURRED


class Freepik(Versions):
    """With the secret's own text as the key."""

    provider = "freepik"
    body = {"task_id": "046b6c7f-0b8a", "status": "COMPLETED", "generated": ["https://ai-statics.example/1.jpg"]}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["task_id"], body["status"]]


class Runware(UrlToken):
    provider = "runware"
    body = {"data": [{"taskType": "imageInference", "taskUUID": "a770f077", "imageURL": "https://im.runware.ai/image/1.jpg"}]}
    change = ("1.jpg", "2.jpg")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        (result,) = json.loads(sent.body)["data"]
        return [result["taskType"], result["taskUUID"]]


MORE_AI_SENDERS = [
    Anthropic(),
    OpenRouter(),
    TwelveLabs(),
    Exa(),
    Mux(),
    Ideogram(),
    Runpod(),
    Higgsfield(),
    SunoApi(),
    Vapi(),
    Freepik(),
    Runware(),
]
