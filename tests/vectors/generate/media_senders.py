"""How media services sign, each from its documentation, which `docs/providers/` names."""

import hashlib
import json
from typing import Any

from signing import NOW_SECONDS, Hmac, KeySet, Pairs, Prefixed, Sent, StandardWebhooks, StaticToken, UrlToken, Versions

COMPLETED = "landfall.job.completed"


class Csm(UrlToken):
    provider = "csm"
    body = {
        "type": "session_status_changed",
        "payload": {
            "session_id": "SESSION_1",
            "session_type": "image_to_3d",
            "old_status": "incomplete",
            "new_status": "complete",
            "timestamp": "2026-01-02T03:04:04.000Z",
            "session_data": {"_id": "SESSION_1", "output": {"meshes": [{"data": {"glb_url": "https://csm.example/1.glb"}}]}},
        },
    }
    change = ("1.glb", "2.glb")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        payload = json.loads(sent.body)["payload"]
        return [payload["session_id"], payload["new_status"], payload["timestamp"]]


class Get3W(Hmac):
    provider = "get3w"
    header = "X-Get3W-Signature"
    body = {"id": "pred_abc123", "model": "get3w/flux-dev", "status": "completed", "outputs": ["https://cdn.get3w.com/1.png"]}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class ModelsLab(UrlToken):
    provider = "modelslab"
    body = {"status": "success", "id": 12345, "output": ["https://pub-1.r2.dev/generations/1.png"]}
    change = ("generations/1.png", "generations/2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [str(body["id"]), body["status"]]


class Glossi(Hmac):
    provider = "glossi"
    header = "X-Glossi-Signature"
    body = {"event": "job.complete", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"jobId": "job-1", "status": "COMPLETE", "results": []}}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], body["data"]["jobId"]]


class OpenAi(StandardWebhooks):
    provider = "openai"
    body = {"object": "event", "id": "evt_685343a1", "type": "response.completed", "created_at": NOW_SECONDS - 1, "data": {"id": "resp_abc123"}}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Replicate(StandardWebhooks):
    provider = "replicate"
    body = {"id": "ufawqhfynnddngldkgtslldrkq", "status": "succeeded", "output": ["https://replicate.delivery/1.png"]}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class Gemini(StandardWebhooks):
    provider = "gemini"
    body = {"type": "batch.succeeded", "version": "v1", "timestamp": "2026-01-02T03:04:04Z", "data": {"id": "batch_123456"}}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class WaveSpeed(Versions):
    """It looks like Standard Webhooks and is not: the secret's text is the key, and the signature is hex."""

    provider = "wavespeed"
    version = "v3"
    encoding = "hex"
    body = {"id": "abc123", "model": "wavespeed-ai/flux-dev", "status": "completed", "outputs": ["https://d1.cloudfront.net/1.png"]}
    event_type = COMPLETED

    @property
    def secrets(self) -> list[str]:
        return [f"whsec_invented_for_wavespeed_{word}" for word in ("current", "previous", "unknown")]

    def key_bytes(self, secret: str) -> bytes:
        return secret.removeprefix("whsec_").encode()

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class Fal(KeySet):
    provider = "fal"
    header = "X-Fal-Webhook-Signature"
    id_header = "X-Fal-Webhook-Request-Id"
    timestamp_header = "X-Fal-Webhook-Timestamp"
    account_header = "X-Fal-Webhook-User-Id"
    signed_headers = {account_header: "user_2abcDEFghiJKLmno"}
    options = {"account": "user_2abcDEFghiJKLmno"}
    signs_id = True
    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300
    body = {
        "request_id": "123e4567-e89b-12d3-a456-426614174000",
        "gateway_request_id": "123e4567-e89b-12d3-a456-426614174000",
        "status": "OK",
        "payload": {"images": [{"url": "https://v3.fal.media/files/1.png", "content_type": "image/png"}]},
    }
    event_type = COMPLETED

    def message(self, sent: Sent) -> bytes:
        digest = hashlib.sha256(sent.body).hexdigest()
        return "\n".join([sent.id, *self.signed_headers.values(), sent.timestamp, digest]).encode()

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["request_id"], body["status"]]


class HeyGen(Hmac):
    provider = "heygen"
    header = "Heygen-Signature"
    # Neither is signed, so neither is looked at.
    other_headers = {"Heygen-Event-Id": "evt_123", "Heygen-Timestamp": str(NOW_SECONDS)}
    aliases = [{"Heygen-Signature": "Signature", "Heygen-Event-Id": "", "Heygen-Timestamp": ""}]
    body = {"event_type": "avatar_video.success", "event_data": {"video_id": "v-1", "url": "https://files.heygen.ai/1.mp4"}}
    event_type = COMPLETED

    @property
    def secrets(self) -> list[str]:
        return [f"whsec_invented_for_heygen_{word}" for word in ("current", "previous", "unknown")]

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event_type"], body["event_data"]["video_id"]]


class ElevenLabs(Pairs):
    provider = "elevenlabs"
    header = "ElevenLabs-Signature"
    signature_key = "v0"
    other_key = "v1"
    past_seconds = 1800
    # Its own library does not limit this.
    future_seconds = 1800
    body = {"type": "post_call_transcription", "event_timestamp": NOW_SECONDS - 1, "data": {"conversation_id": "abc", "status": "done"}}
    event_type = "landfall.event.occurred"

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["type"], body["data"]["conversation_id"]]


class BlackForestLabs(Prefixed):
    provider = "black-forest-labs"
    header = "X-BFL-Signature"
    prefix = "sha256="
    body = {"id": "task-1", "status": "Ready", "result": {"sample": "https://delivery-eu1.bfl.ai/1.png"}}
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class Kie(Hmac):
    provider = "kie"
    header = "X-Webhook-Signature"
    timestamp_header = "X-Webhook-Timestamp"
    encoding = "base64"
    covers_body = False
    signs_timestamp = True
    # Its documentation does not say.
    past_seconds = 300
    future_seconds = 300
    body = {"code": 200, "msg": "All generated successfully.", "data": {"task_id": "2fac1234", "callbackType": "complete"}}
    change = ("All generated", "Some generated")
    event_type = COMPLETED

    def message(self, sent: Sent) -> bytes:
        return f"{self.task_id(sent)}.{sent.timestamp}".encode()

    def key(self, sent: Sent) -> list[str]:
        data = json.loads(sent.body)["data"]
        return [self.task_id(sent), data.get("callbackType") or data["state"]]

    def task_id(self, sent: Sent) -> str:
        body = json.loads(sent.body)
        data = body["data"]
        return data.get("taskId") or data.get("task_id") or body["task_id"]


class SyncSo(Pairs):
    provider = "sync-so"
    header = "Sync-Signature"
    body = {"id": "gen-1", "status": "COMPLETED", "outputUrl": "https://assets.sync.so/1.mp4"}
    event_type = COMPLETED
    # Its documentation does not say.
    past_seconds = 300
    future_seconds = 300

    @property
    def secrets(self) -> list[str]:
        return [f"whsec_invented_for_sync_{word}" for word in ("current", "previous", "unknown")]

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"]]


class Leonardo(StaticToken):
    provider = "leonardo"
    header = "Authorization"
    prefix = "Bearer "
    body = {"type": "image_generation.complete", "object": "generation", "timestamp": 1704449998, "data": {"object": {"id": "gen-1", "status": "COMPLETE", "images": [{"url": "https://cdn.leonardo.ai/1.png"}]}}}
    change = ("leonardo.ai/1.png", "leonardo.ai/2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["type"], body["data"]["object"]["id"], body["data"]["object"]["status"]]


class AssemblyAi(StaticToken):
    provider = "assemblyai"
    header = "X-Invented-Token"
    options = {"token_header": "x-invented-token"}
    body = {"transcript_id": "5552493-16d8-42d8-8feb-c2a16b56f6e8", "status": "completed"}
    change = ('"completed"}', '"completed" }')
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["transcript_id"], body["status"]]


class Deepgram(StaticToken):
    provider = "deepgram"
    header = "dg-token"
    body = {"metadata": {"request_id": "52cc0efe", "duration": 1.5}, "results": {"channels": []}}
    change = ("1.5", "2.5")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["metadata"]["request_id"]]


class Meshy(UrlToken):
    provider = "meshy"
    body = {"id": "018a210d", "status": "SUCCEEDED", "progress": 100, "model_urls": {"glb": "https://assets.meshy.ai/1.glb"}}
    change = ("1.glb", "2.glb")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["status"], str(body["progress"])]


class Luma(UrlToken):
    provider = "luma"
    body = {"id": "123e4567", "state": "completed", "assets": {"video": "https://storage.cdn-luma.com/1.mp4"}}
    change = ("1.mp4", "2.mp4")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["state"]]


class Kling(UrlToken):
    provider = "kling"
    body = {"task_id": "k-1", "task_status": "succeed", "updated_at": 1722769558708, "task_result": {"videos": [{"id": "v-1", "url": "https://p1.a.kwimgs.com/1.mp4"}]}}
    change = ("1.mp4", "2.mp4")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["task_id"], body["task_status"], str(body["updated_at"])]


class PiApi(StaticToken):
    provider = "piapi"
    header = "X-Webhook-Secret"
    body = {"timestamp": NOW_SECONDS - 1, "data": {"task_id": "p-1", "status": "completed", "output": {"image_url": "https://img.theapi.app/1.png"}}}
    change = ("1.png", "2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["data"]["task_id"], body["data"]["status"]]


MEDIA_SENDERS = [
    Csm(),
    Get3W(),
    ModelsLab(),
    Glossi(),
    OpenAi(),
    Replicate(),
    Gemini(),
    WaveSpeed(),
    Fal(),
    HeyGen(),
    ElevenLabs(),
    BlackForestLabs(),
    Kie(),
    SyncSo(),
    Leonardo(),
    AssemblyAi(),
    Deepgram(),
    Meshy(),
    Luma(),
    Kling(),
    PiApi(),
]
