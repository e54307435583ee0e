"""Vectors that senders or their libraries have published, and which recipes here they hold against.

Where the published secret is shorter than the 8 bytes that Landfall asks for, there can be no vector; the recipe that
makes all the others of that sender is held against it all the same.
"""

from dataclasses import dataclass

from media_senders import Get3W, Replicate
from other_senders import OCCURRED, UNRECOGNIZED, GitHub, Paddle, Slack, StandardWebhooksEd25519
from other_senders import StandardWebhooksItself, Twilio
from signing import Sent, Signing


@dataclass(frozen=True)
class Published:
    name: str
    recipe: Signing
    # As the operator is given it.
    secret: str
    sent: Sent
    # What the signature's header says.
    value: str
    source: str
    # What comes of it, and what tells it from others if that is not the whole body.
    event_type: str = OCCURRED
    key: list[str] | None = None


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
STANDARD = "https://github.com/standard-webhooks/standard-webhooks"
PADDLE = (
    "https://github.com/PaddleHQ/paddle-node-sdk/blob/main/src/__tests__/notifications/webhooks-validator.test.ts"
)
TWILIO = "https://github.com/twilio/twilio-python/blob/main/tests/unit/test_request_validator.py"

ALL = [
    Published(
        "documented-body",
        Get3W(),
        "your-webhook-secret",
        Sent(
            b'{"id":"pred_abc123","model":"get3w/flux-dev","status":"completed",'
            b'"outputs":["https://cdn.get3w.com/outputs/image-xxxxx.png"],"timings":{"inference":2500},'
            b'"created_at":"2024-01-01T12:00:00.000Z","completed_at":"2024-01-01T12:00:03.000Z"}'
        ),
        "4862e7366fa6c4b11a7ca4ec0b41dbc59332d4846138cae6bb1315060c5b6ff7",
        "https://get3w.com/docs/core-concepts/webhooks; the signature was made with OpenSSL, for the page shows none",
        "landfall.job.completed",
        ["pred_abc123", "completed"],
    ),
    Published(
        "published-standard-webhooks-libraries",
        StandardWebhooksItself(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Sent(b'{"test": 2432232314}', id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        f"{STANDARD}: the tests of the libraries for Python, JavaScript, Go, PHP, Ruby, Java and C#",
        key=["msg_p5jXN8AQM9LWM0D4loKWxJek"],
    ),
    Published(
        "published-standard-webhooks-rust",
        StandardWebhooksItself(),
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        Sent(
            b'{"email":"test@example.com","username":"test_user"}',
            id="msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            timestamp="1649367553",
        ),
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        f"{STANDARD}: the tests of the library for Rust",
        key=["msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"],
    ),
    Published(
        "published-svix",
        StandardWebhooksItself(),
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        Sent(
            b'{"event_type":"ping","data":{"success":true}}', id="msg_loFOjxBNrRLzqYUf", timestamp="1731705121"
        ),
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        "https://docs.svix.com/receiving/verifying-payloads/how-manual",
        key=["msg_loFOjxBNrRLzqYUf"],
    ),
    Published(
        "published-svix-worker",
        StandardWebhooksEd25519(),
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        Sent(b'{"test": 2432232314}', id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330"),
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
        "https://github.com/svix/svix-webhooks: the tests of the worker",
        key=["msg_p5jXN8AQM9LWM0D4loKWxJek"],
    ),
    Published(
        "published-documentation",
        GitHub(),
        "It's a Secret to Everybody",
        Sent(b"Hello, World!", content_type="text/plain"),
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        UNRECOGNIZED,
    ),
    Published(
        "published-node-library",
        Paddle(),
        "VALID_SECRET",
        Sent(b'{"data": ["1", "2"]}', timestamp="1698796800"),
        "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9",
        PADDLE,
    ),
    Published(
        "published-node-library-several",
        Paddle(),
        "VALID_SECRET",
        Sent(b'{"data": "value"}', timestamp="1698796800"),
        "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261"
        ";h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH",
        PADDLE,
    ),
    Published(
        "published-python-library",
        Replicate(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Sent(b'{"test": 2432232314}', id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "https://github.com/replicate/replicate-python/blob/main/tests/test_webhooks.py",
        UNRECOGNIZED,
    ),
    Published(
        "published-documentation",
        Slack(),
        "8f742231b10e8888abcd99yyyzzz85a5",
        Sent(
            b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
            b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
            b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
            b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
            timestamp="1531420618",
            content_type=FORM,
        ),
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "https://docs.slack.dev/authentication/verifying-requests-from-slack",
        UNRECOGNIZED,
    ),
    Published(
        "published-form",
        Twilio(),
        "12345",
        Sent(
            b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309",
            url="https://mycompany.com/myapp.php?foo=1&bar=2",
            content_type=FORM,
        ),
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        TWILIO,
    ),
    Published(
        "published-form-field-doubled",
        Twilio(),
        "12345",
        Sent(
            b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234",
            url="https://mycompany.com/myapp.php?foo=1&bar=2",
            content_type=FORM,
        ),
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        TWILIO,
    ),
    Published(
        "published-json",
        Twilio(),
        "12345",
        Sent(
            b'{"property": "value", "boolean": true}',
            url="https://mycompany.com/myapp.php?foo=1&bar=2"
            "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
            content_type=JSON,
        ),
        "a9nBmqA0ju/hNViExpshrM61xv4=",
        TWILIO,
    ),
]
