"""What a second delivery under a known key is, for each kind of delivery that has a key.

What the key of each kind names is written from the sender's documentation: `EVENT`, an event by an id of its own, so that
another body is a retry; or `STATE`, a state of a thing, so that another body is another event.
"""


import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from case import Accepted, Case
from certificate_senders import AwsSns, DescribedSnsOne
from signing import TOKENS, URL, Recipe, Sent, UrlToken, compact

EVENT, STATE = "event", "state"
COMPLETED, FAILED, PROGRESS = "landfall.job.completed", "landfall.job.failed", "landfall.job.progress"
OCCURRED, UNRECOGNIZED = "landfall.event.occurred", "landfall.unrecognized"


@dataclass(frozen=True)
class Kind:
    """A kind of delivery: two bodies with one key, which differ in a text."""

    names: str
    change: tuple[str, str]
    # What it is called, and the rest of it, if it is not the recipe's own body.
    name: str = ""
    body: Any = None
    key: list[str] = field(default_factory=list)
    event_type: str = ""
    # What the source has beside the usual to ask the sender's API, where that can be asked.
    confirm: dict[str, Any] | None = None

    def recurs(self) -> bool:
        """Whether a thing comes to the state any number of times, so that the body is part of the key."""
        return self.names == STATE and self.event_type in (PROGRESS, UNRECOGNIZED)


CONFIRM = {"confirm": True, "api_key": "an-invented-api-key"}
CONFIRM_KLING = {"confirm": True, "api_key": "an-invented-access-key:an-invented-secret-key", "api_family": "text2video"}

KINDS: dict[str, list[Kind]] = {
    "adyen": [Kind(EVENT, ('"visa"', '"mc"'))],
    "aws-sns": [
        Kind(EVENT, ("c9135db0", "d9135db0")),
        Kind(
            EVENT,
            ('"SignatureVersion":"2"', '"SignatureVersion": "2"'),
            "confirmation",
            json.loads(AwsSns().signed(Sent(compact(AwsSns.confirmation))).body),
            ["165545c9-2a5c-472c-8df2-7ff2be2b3b1b"],
            OCCURRED,
        ),
    ],
    "acme": [Kind(STATE, ("example/7.png", "example/8.png"))],
    "anthropic": [Kind(EVENT, ("04:04Z", "04:05Z"))],
    # Its deliveries have no id.
    "asana": [],
    "assemblyai": [Kind(STATE, ('"completed"}', '"completed" }'), confirm=CONFIRM)],
    # Its bodies have no id of the event.
    "bitbucket": [],
    "black-forest-labs": [Kind(STATE, ("1.png", "2.png"))],
    # Its deliveries have no id.
    "bland": [],
    # Its bodies have no id of the event.
    "buildkite": [],
    "bunny-stream": [Kind(STATE, ('"Status":3}', '"Status":3 }'), confirm=CONFIRM)],
    # Their bodies have no id of the event.
    "cal-com": [],
    "calendly": [],
    # Its deliveries have no id.
    "cartesia": [],
    "clerk": [Kind(EVENT, ("user.created", "user.updated"))],
    # Its deliveries have no id that is said to be the same in each attempt.
    "clickup": [],
    # `attempt_number` differs in each attempt.
    "coinbase-commerce": [Kind(EVENT, ('"attempt_number":1', '"attempt_number":2'))],
    "creatomate": [Kind(STATE, ("1.mp4", "2.mp4"), confirm=CONFIRM)],
    "csm": [
        Kind(STATE, ("1.glb", "2.glb"), confirm=CONFIRM),
        Kind(
            STATE,
            ("1.glb", "2.glb"),
            "step-with-a-time",
            {"type": "mesh_done", "payload": {"session_id": "SESSION_1", "timestamp": "2026-01-02T03:04:04.000Z", "mesh_url": "https://csm.example/1.glb"}},
            ["SESSION_1", "mesh_done", "2026-01-02T03:04:04.000Z"],
            COMPLETED,
        ),
        # The body has no time, so a step that is run again differs in its results alone.
        Kind(
            STATE,
            ("1.glb", "2.glb"),
            "step",
            {"type": "mesh_done", "payload": {"session_id": "SESSION_1", "mesh_url": "https://csm.example/1.glb"}},
            ["SESSION_1", "mesh_done"],
            COMPLETED,
        ),
    ],
    "daily": [Kind(EVENT, ("Xcm97xRZ08b2dePKb78g", "Xcm97xRZ08b2dePKb78h"))],
    "deepgram": [
        Kind(STATE, ("1.5", "2.5")),
        Kind(
            STATE,
            ("too loud", "too low"),
            "failure",
            {"err_code": "Bad Request", "err_msg": "It is too loud.", "request_id": "52cc0efe"},
            ["52cc0efe", "Bad Request"],
            FAILED,
        ),
    ],
    "described-any-header": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-basic": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-ecdsa-raw": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-extends": [Kind(EVENT, ("678Z", "679Z"))],
    "described-http-date": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-instant": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-json-header": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-jwt-es256": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-jwt-rs256": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-list": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-packed": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-pair-lists": [Kind(STATE, ('"amount":1', '"amount":2'))],
    "described-sns-one": [
        Kind(EVENT, ("c9135db0", "d9135db0")),
        Kind(
            EVENT,
            ('"SignatureVersion":"1"', '"SignatureVersion": "1"'),
            "confirmation",
            json.loads(DescribedSnsOne().signed(Sent(compact(DescribedSnsOne.confirmation))).body),
            ["165545c9-2a5c-472c-8df2-7ff2be2b3b1b"],
            OCCURRED,
        ),
    ],
    "gocardless": [Kind(EVENT, ('"origin":"api"', '"origin":"bank"'))],
    "hubspot": [Kind(EVENT, ("ACADEMY", "CRM_UI"))],
    "line": [Kind(EVENT, ("Hello, world!", "Hello again!"))],
    # Its events have no id.
    "mandrill": [],
    "paypal": [Kind(EVENT, ("21.0 USD", "22.0 USD"))],
    "quickbooks": [
        Kind(EVENT, ('"1185883451","dataChangeEvent"', '"1185883451", "dataChangeEvent"')),
        Kind(
            EVENT,
            ('"95"', '"96"'),
            "newer",
            [
                {
                    "specversion": "1.0",
                    "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
                    "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
                    "type": "qbo.invoice.created.v1",
                    "datacontenttype": "application/json",
                    "time": "2026-05-31T21:31:25.179Z",
                    "intuitentityid": "95",
                    "intuitaccountid": "310687",
                    "data": {},
                }
            ],
            ["88cd52aa-33b6-4351-9aa4-47572edbd068"],
            OCCURRED,
        ),
    ],
    "xero": [Kind(EVENT, ("S0m3r4Nd0mt3xt", "an0th3rt3xt"))],
    "described-sender-key": [Kind(STATE, ('"amount":1', '"amount":2'))],
    # Its events have no id.
    "discord": [],
    # `retryCount` differs in each attempt.
    "docusign": [
        Kind(EVENT, ('"retryCount":0', '"retryCount":1')),
        Kind(
            EVENT,
            ('"retryCount":0', '"retryCount":1'),
            "recipient",
            {
                "event": "recipient-completed",
                "retryCount": 0,
                "generatedDateTime": "2026-01-02T03:04:04.7360000Z",
                "data": {"envelopeId": "71799c95", "recipientId": "1"},
            },
            ["recipient-completed", "71799c95", "1", "2026-01-02T03:04:04.7360000Z"],
            OCCURRED,
        ),
    ],
    # It only names accounts, again and again.
    "dropbox": [],
    "editframe": [Kind(STATE, ("1.mp4", "2.mp4"))],
    "elevenlabs": [
        Kind(STATE, ("done", "failed")),
        Kind(
            STATE,
            ("Hello.", "Hallo."),
            "transcription",
            {"type": "speech_to_text_transcription", "data": {"request_id": "req-1", "transcription": {"text": "Hello."}}},
            ["speech_to_text_transcription", "req-1"],
            COMPLETED,
        ),
        Kind(
            STATE,
            ("Hello.", "Hallo."),
            "bare-transcription",
            {"language_code": "en", "text": "Hello.", "transcription_id": "tr-1"},
            ["tr-1"],
            COMPLETED,
        ),
    ],
    "exa": [Kind(EVENT, ('"completed"}', '"completed" }'))],
    "fal": [Kind(STATE, ("files/1.png", "files/2.png"))],
    "figma": [Kind(STATE, ("Prototype", "Another"))],
    "firecrawl": [Kind(EVENT, ('"data":[]', '"data":[{}]'))],
    "fireflies": [Kind(STATE, ("be582c46", "be582c47"))],
    "freepik": [
        Kind(STATE, ("1.jpg", "2.jpg")),
        Kind(
            STATE,
            ('"queue":2', '"queue":1'),
            "created",
            {"data": {"task_id": "046b6c7f-0b8a", "status": "CREATED", "queue": 2}},
            ["046b6c7f-0b8a", "CREATED"],
            PROGRESS,
        ),
    ],
    "gemini": [
        Kind(EVENT, ("04Z", "05Z")),
        Kind(
            EVENT,
            ("04Z", "05Z"),
            "other-event",
            {"type": "file.deleted", "timestamp": "2026-01-02T03:04:04Z", "data": {"id": "file_1"}},
            ["msg_2Lh9KRb0p6nS4T8vXy3zAa"],
            OCCURRED,
        ),
    ],
    "generic-hmac-sha256": [],
    "generic-token": [],
    "get3w": [
        Kind(STATE, ("com/1.png", "com/2.png")),
        Kind(
            STATE,
            ("flux-dev", "flux-pro"),
            "created",
            {"id": "pred_abc123", "model": "get3w/flux-dev", "status": "created"},
            ["pred_abc123", "created"],
            PROGRESS,
        ),
    ],
    # Its bodies have no id, and its header with one is not signed.
    "gitea": [],
    # Its bodies have no id, and its header with one is not signed.
    "github": [],
    # A hook that is sent again keeps its `Idempotency-Key`.
    "gitlab": [Kind(EVENT, ("count\":4", "count\":5"))],
    "glossi": [
        Kind(STATE, ("04:04.000Z", "05:04.000Z")),
        Kind(
            STATE,
            ("04:04.000Z", "05:04.000Z"),
            "model",
            {"event": "model.processed", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"modelId": "model-1"}},
            ["model.processed", "model-1"],
            "landfall.model.completed",
        ),
        Kind(
            STATE,
            ("04:04.000Z", "05:04.000Z"),
            "project",
            {"event": "project.created", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"projectId": "project-1"}},
            ["project.created", "project-1"],
            "landfall.project.created",
        ),
        Kind(
            STATE,
            ("04:04.000Z", "05:04.000Z"),
            "render",
            {"event": "render.failed", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"jobId": "job-1"}},
            ["render.failed", "job-1"],
            FAILED,
        ),
        Kind(
            STATE,
            ("04:04.000Z", "05:04.000Z"),
            "unknown-event",
            {"event": "scene.lit", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"projectId": "project-1"}},
            ["scene.lit", "project-1"],
            UNRECOGNIZED,
        ),
    ],
    "heygen": [
        Kind(STATE, ("ai/1.mp4", "ai/2.mp4")),
        Kind(
            STATE,
            ("ai/1.mp4", "ai/2.mp4"),
            "personalized-video",
            {"event_type": "personalized_video", "event_data": {"video_id": "v-1", "video_url": "https://files.heygen.ai/1.mp4"}},
            ["personalized_video", "v-1"],
            COMPLETED,
        ),
    ],
    "higgsfield": [Kind(STATE, ("1.png", "2.png"))],
    # Its deliveries have no id.
    "hugging-face": [],
    # One generation ends once.
    "ideogram": [Kind(EVENT, ("1.png", "2.png"))],
    # `delivery_attempts` counts the attempts.
    "intercom": [Kind(EVENT, ('"delivery_attempts":1', '"delivery_attempts":2'))],
    # Its bodies have no id of the event.
    "jira": [],
    "json2video": [
        Kind(STATE, ("1.mp4", "2.mp4"), confirm=CONFIRM),
        Kind(
            STATE,
            ("1.mp4", "2.mp4"),
            "properties",
            {"project": "WAEE8PohgVwv2teP", "id": "7", "url": "https://assets.json2video.com/clients/c/1.mp4"},
            ["WAEE8PohgVwv2teP"],
            COMPLETED,
        ),
    ],
    "kie": [
        Kind(STATE, ("All generated", "Some generated"), confirm=CONFIRM | {"api_family": "suno"}),
        Kind(
            STATE,
            ("refused", "not understood"),
            "failure",
            {"code": 501, "msg": "It was refused.", "data": {"task_id": "2fac1234", "callbackType": "complete"}},
            ["2fac1234", "501"],
            FAILED,
        ),
        Kind(
            STATE,
            ("com/1.png", "com/2.png"),
            "market",
            {"code": 200, "data": {"taskId": "2fac1234", "state": "success", "resultJson": '{"resultUrls":["https://aiquickdraw.com/1.png"]}'}},
            ["2fac1234", "success"],
            COMPLETED,
        ),
        # The 4K video comes under the id of the task that made the base video.
        Kind(
            STATE,
            ("1080.mp4", "4k.mp4"),
            "video",
            {"code": 200, "data": {"taskId": "veo_1", "info": {"resultUrls": ["https://aiquickdraw.com/1080.mp4"]}}},
            ["veo_1", "200"],
            COMPLETED,
        ),
    ],
    "kling": [Kind(STATE, ("1.mp4", "2.mp4"), confirm=CONFIRM_KLING)],
    "krea": [Kind(STATE, ("1.png", "2.png"), confirm=CONFIRM)],
    "leonardo": [Kind(STATE, ("ai/1.png", "ai/2.png"), confirm=CONFIRM)],
    # `webhookTimestamp` is that of the attempt.
    "linear": [Kind(EVENT, ("webhookTimestamp\":1767323045000", "webhookTimestamp\":1767323045001"))],
    "livekit": [Kind(EVENT, ("my-room", "your-room"))],
    "luma": [Kind(STATE, ("com/1.mp4", "com/2.mp4"), confirm=CONFIRM)],
    "mailgun": [Kind(EVENT, ("alice@example.com", "eve@example.com"))],
    "meshy": [
        Kind(STATE, ("1.glb", "2.glb"), confirm={**CONFIRM, "api_family": "text-to-3d"}),
        Kind(
            STATE,
            ("queue\":2", "queue\":1"),
            "waiting",
            {"id": "018a210d", "status": "PENDING", "progress": 0, "queue": 2},
            ["018a210d", "PENDING", "0"],
            PROGRESS,
        ),
        Kind(
            STATE,
            ("queue\":2", "queue\":1"),
            "given-up",
            {"id": "018a210d", "status": "CANCELED", "progress": 50, "queue": 2},
            ["018a210d", "CANCELED", "50"],
            FAILED,
        ),
    ],
    # Its deliveries have no id; several changes share one.
    "meta": [],
    # Its notifications have no id.
    "microsoft-graph": [],
    "modelslab": [
        Kind(STATE, ("generations/1.png", "generations/2.png"), confirm={**CONFIRM, "api_family": "images"}),
        Kind(
            STATE,
            ("1.png", "2.png"),
            "workflow",
            {"event": "workflow.completed", "execution": {"id": "run-1", "output_data": {"image": "https://pub-1.r2.dev/1.png"}}},
            ["run-1", "workflow.completed"],
            "landfall.workflow.completed",
        ),
        # A model is trained again under its id.
        Kind(
            STATE,
            ("20 minutes", "21 minutes"),
            "training",
            {"training_status": "model_ready", "model_id": "m", "message": "trained in 20 minutes"},
            ["m", "model_ready"],
            "landfall.training.completed",
        ),
    ],
    "monday": [Kind(EVENT, ("Task 1", "Task 2"))],
    # `attempts` grows while it is tried again.
    "mux": [Kind(EVENT, ('"attempts":[]', '"attempts":[{}]'))],
    "netlify": [Kind(STATE, ("my-site.example", "your-site.example"))],
    "novita": [Kind(STATE, ("1.jpeg", "2.jpeg"), confirm=CONFIRM)],
    # `attempt_number` differs in each attempt.
    "notion": [Kind(EVENT, ('"attempt_number":1', '"attempt_number":2'))],
    "nylas": [Kind(EVENT, ('"code":25012', '"code":25013'))],
    "openai": [
        Kind(EVENT, ('"object":"event"', '"object": "event"')),
        *(
            Kind(
                EVENT,
                ('"object":"event"', '"object": "event"'),
                name,
                {"object": "event", "id": "evt_685343a2", "type": its_type, "data": {"id": "thing_1"}},
                ["evt_685343a2"],
                event_type,
            )
            for name, its_type, event_type in [
                ("fine-tuning", "fine_tuning.job.succeeded", "landfall.training.completed"),
                ("session", "agent.session.created", PROGRESS),
                ("other-event", "realtime.call.incoming", OCCURRED),
            ]
        ),
    ],
    "openrouter": [Kind(STATE, ("index=0", "index=1"))],
    "paddle": [Kind(EVENT, ("04.123456Z", "04.123457Z"))],
    "pagerduty": [Kind(EVENT, ('"number":2', '"number":3'))],
    "paystack": [Kind(STATE, ("qTPrJoy9Bx", "qTPrJoy9By"))],
    "piapi": [
        Kind(STATE, ("1.png", "2.png"), confirm=CONFIRM),
        Kind(
            STATE,
            ("progress\":1", "progress\":2"),
            "under-way",
            {"timestamp": 1767323044, "data": {"task_id": "p-1", "status": "processing", "progress": 1}},
            ["p-1", "processing", "1767323044"],
            PROGRESS,
        ),
    ],
    # Its bodies have no id of the event.
    "razorpay": [],
    "recall-ai": [Kind(EVENT, ("04:04.000000Z", "04:05.000000Z"))],
    "replicate": [
        Kind(EVENT, ("delivery/1.png", "delivery/2.png")),
        Kind(
            EVENT,
            ("1.safetensors", "2.safetensors"),
            "training",
            {"id": "zz4ibbonubfz7carwiefibzgga", "status": "succeeded", "urls": {"get": "https://api.replicate.com/v1/trainings/zz4"}, "output": "1.safetensors"},
            ["msg_2Lh9KRb0p6nS4T8vXy3zAa"],
            "landfall.training.completed",
        ),
    ],
    "resend": [Kind(EVENT, ("Hello", "Hallo"))],
    "retell": [Kind(STATE, ("user_hangup", "agent_hangup"))],
    "runpod": [
        Kind(STATE, ("1.png", "2.png")),
        Kind(
            STATE,
            ("delayTime\":1", "delayTime\":2"),
            "under-way",
            {"delayTime": 1, "id": "60902e6c", "status": "IN_PROGRESS"},
            ["60902e6c", "IN_PROGRESS"],
            PROGRESS,
        ),
    ],
    "runware": [
        Kind(STATE, ("1.jpg", "2.jpg")),
        Kind(
            STATE,
            ("refused", "not understood"),
            "failure",
            {"errors": [{"code": "invalidPrompt", "message": "It was refused.", "taskUUID": "a770f077"}]},
            ["a770f077", "invalidPrompt"],
            FAILED,
        ),
    ],
    # Its bodies are the document itself.
    "sanity": [],
    # Its bodies have no id of the event.
    "sentry": [],
    # A delivery holds any number of events.
    "cloudinary": [],
    "zegocloud": [Kind(EVENT, ('"abc"', '"eve"'))],
    "sendgrid": [Kind(EVENT, ('"delivered"', '"bounce"'))],
    # The whole body is part of its key.
    "shopify": [],
    "shotstack": [
        Kind(STATE, ("1.mp4", "2.mp4"), confirm=CONFIRM | {"api_family": "v1"}),
        Kind(
            STATE,
            ("1.mp4", "2.mp4"),
            "copy",
            {"type": "serve", "action": "copy", "id": "a4482cbf", "render": "6d7acbe6", "status": "ready", "url": "https://cdn.shotstack.io/1.mp4"},
            ["serve", "a4482cbf", "ready"],
            OCCURRED,
        ),
    ],
    "slack": [Kind(EVENT, ("Hello.", "Hallo."))],
    "square": [Kind(EVENT, ("MLEFBHHSJGVHD", "MLEFBHHSJGVHE"))],
    "standard-webhooks": [Kind(EVENT, ("678Z", "679Z"))],
    "standard-webhooks-ed25519": [Kind(EVENT, ("678Z", "679Z"))],
    # `pending_webhooks` counts down while it is tried again.
    "stripe": [Kind(EVENT, ('"object":"event"', '"pending_webhooks":1,"object":"event"'))],
    "suno-api": [
        Kind(STATE, ("1.mp3", "2.mp3")),
        Kind(
            STATE,
            ("refused", "not understood"),
            "failure",
            {"code": 501, "msg": "It was refused.", "data": {"callbackType": "error", "task_id": "2fac9f72", "data": None}},
            ["2fac9f72", "501"],
            FAILED,
        ),
    ],
    "sync-so": [Kind(STATE, ("so/1.mp4", "so/2.mp4"))],
    "synthesia": [Kind(STATE, ("1.mp4", "2.mp4"))],
    "tavus": [Kind(STATE, ('"r1"', '"r2"'))],
    "telegram": [Kind(EVENT, ("/start", "/stop"))],
    "twelve-labs": [Kind(EVENT, ("client-ref-42", "client-ref-43"))],
    # Its bodies have no id, and its header with one is not signed.
    "twilio": [],
    "twitch": [
        Kind(EVENT, ("1337", "1338")),
        Kind(
            EVENT,
            ("authorization_revoked", "user_removed"),
            "revocation",
            {"subscription": {"id": "f1c2a387-161a-49f9-a165-0f21d7a4e1c4", "status": "authorization_revoked", "type": "channel.follow"}},
            ["msg_2Lh9KRb0p6nS4T8vXy3zAa"],
            OCCURRED,
        ),
    ],
    "typeform": [Kind(EVENT, ('"answers":[]', '"answers":[{}]'))],
    # Its messages have no id.
    "vapi": [],
    "vercel": [Kind(EVENT, ("my-app", "your-app"))],
    "vonage": [
        Kind(STATE, ("447700900000", "447700900002")),
        Kind(
            EVENT,
            ("Hello.", "Hallo."),
            "inbound",
            {"channel": "sms", "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ac", "to": "447700900000", "from": "447700900001", "message_type": "text", "text": "Hello."},
            ["aaaaaaaa-bbbb-4ccc-8ddd-0123456789ac"],
            OCCURRED,
        ),
    ],
    "wavespeed": [Kind(STATE, ("net/1.png", "net/2.png"))],
    # Its bodies have no id of the event.
    "webflow": [],
    # Its bodies have no id, and the header with one is not signed.
    "wise": [],
    # Its bodies are the thing itself, and the header with an id is not signed.
    "woocommerce": [],
    "workos": [Kind(EVENT, ("test@example.com", "test@example.net"))],
    "zendesk": [Kind(EVENT, ("OPEN", "open"))],
    "zoom": [Kind(STATE, ('"type":2', '"type":3'))],
}
# In the bodies of those of whom the whole body tells events apart.
OTHER_EVENTS = {
    "asana": ("changed", "deleted"),
    "mandrill": ("hard_bounce", "soft_bounce"),
    "bitbucket": ("repo_name", "repo_named"),
    "bland": ("abc123", "abc124"),
    "buildkite": ("Some Person", "Another Person"),
    "cal-com": ("CREATED", "CANCELLED"),
    "calendly": ("active", "canceled"),
    "cartesia": ("weather", "time"),
    "clickup": ("taskCreated", "taskUpdated"),
    "discord": ("applications.commands", "applications.entitlements"),
    "dropbox": ("12345678", "12345679"),
    "generic-hmac-sha256": ("order.paid", "order.sent"),
    "generic-token": ("order.paid", "order.sent"),
    "gitea": ("heads/master", "heads/main"),
    "github": ("like a human", "like humans"),
    "hugging-face": ('"create"', '"delete"'),
    "jira": ("ENG-4", "ENG-5"),
    "cloudinary": ('"public_id":"dog"', '"public_id":"cat"'),
    "meta": ('"Hi"', '"Ho"'),
    "microsoft-graph": ("created", "deleted"),
    "razorpay": ("1000000", "1000001"),
    "sanity": ("page", "post"),
    "sentry": ('"123"', '"124"'),
    "shopify": ("Order/820982911946154508", "Order/820982911946154509"),
    "twilio": ("MessageStatus=delivered", "MessageStatus=read"),
    "vapi": ("ended", "queued"),
    "webflow": ("Contact Us Form", "Another Form"),
    "wise": ("processing", "funds_converted"),
    "woocommerce": ("processing", "completed"),
}


def second_bodies(recipe: Recipe) -> Iterator[Case]:
    genuine = first(recipe)
    shows = "The same bytes again are a repeat."
    yield replace(genuine, name="repeat", shows=shows, after="genuine", verdict=repeated(genuine))
    if recipe.provider in OTHER_EVENTS:
        shows = "The whole body tells events apart, so another body is another event."
        changed = with_body(genuine, changed_body(genuine, OTHER_EVENTS[recipe.provider]))
        yield replace(changed, name="second-body", shows=shows, after="genuine")
    for kind in KINDS[recipe.provider]:
        yield from of_a_kind(recipe, kind)


def of_a_kind(recipe: Recipe, kind: Kind) -> Iterator[Case]:
    one, suffix = first(recipe), f"-{kind.name}" if kind.name else ""
    if kind.name:
        one = with_body(one, compact(kind.body))
        shows = "A delivery of another kind, which has a key of its own."
        one = replace(one, name=f"genuine{suffix}", shows=shows, key=kind.key, event_type=kind.event_type)
        one = replace(one, has_body_in_key=kind.recurs())
        yield one
    other = replace(with_body(one, changed_body(one, kind.change)), after=one.name)
    if kind.names == EVENT:
        shows = "The key is the event's own id, so another body under it is a retry."
        yield replace(other, name=f"second-body{suffix}", shows=shows, verdict=repeated(other))
        return
    shows = "The key names a state of a thing, so another body under it is another event."
    yield replace(other, name=f"second-body{suffix}", shows=shows, has_body_in_key=True)
    if kind.recurs():
        return
    shows = "The operator says that retries differ, so the first body counts."
    yield replace(other, name=f"second-body-of-a-retry{suffix}", shows=shows, verdict=repeated(other), options={"retries_differ": True})
    if kind.confirm:
        shows = "The sender's API decides which of the two bodies is true, so the second is no event."
        yield replace(other, name=f"second-body-to-confirm{suffix}", shows=shows, verdict=repeated(other), options=kind.confirm)


def first(recipe: Recipe) -> Case:
    """The genuine delivery."""
    sent, verdict, tokens = recipe.sent(), Accepted(secret=0), 0
    if isinstance(recipe, UrlToken):
        sent, verdict, tokens = replace(sent, url=f"{URL}/{TOKENS[0]}"), Accepted(token=0), 1
    return Case("genuine", "", recipe, sent, recipe.headers(sent), verdict, tokens)


def with_body(case: Case, body: bytes) -> Case:
    sent = replace(case.sent, body=body)
    return replace(case, sent=sent, headers=case.recipe.headers(sent))


def changed_body(case: Case, change: tuple[str, str]) -> bytes:
    old, new = (text.encode() for text in change)
    assert case.sent.body.count(old) == 1, f"{case.recipe.provider}: {old!r} is to be in {case.sent.body!r} once"
    return case.sent.body.replace(old, new)


def repeated(case: Case) -> Accepted:
    assert isinstance(case.verdict, Accepted)
    return replace(case.verdict, is_repeat=True)
