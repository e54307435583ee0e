"""Vectors that senders or their libraries have published, and which recipes here they hold against.

Where the published secret is shorter than the 8 bytes that Landfall asks for, there can be no vector; the recipe that
makes all the others of that sender is held against it all the same.
"""

from dataclasses import dataclass, field

from key_senders import SendGrid, Wise
from media_senders import Get3W, Replicate
from more_business_senders import Bitbucket, CoinbaseCommerce, Jira, PagerDuty, Razorpay, Sanity, Square
from other_senders import OCCURRED, UNRECOGNIZED, GitHub, Paddle, Slack, StandardWebhooksEd25519
from other_senders import StandardWebhooksItself, Twilio
from rare_senders import COMPLETED, Cloudinary
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
    # What else the operator configures.
    options: dict[str, str] = field(default_factory=dict)


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
STANDARD = "https://github.com/standard-webhooks/standard-webhooks"
CLOUDINARY = "https://github.com/cloudinary/cloudinary_php/blob/master/tests/Unit/Utils/SignatureVerifierTest.php"
PADDLE = (
    "https://github.com/PaddleHQ/paddle-node-sdk/blob/main/src/__tests__/notifications/webhooks-validator.test.ts"
)
RAZORPAY = "https://github.com/razorpay/razorpay-python/blob/master/tests/test_client_utility.py"
SQUARE = "https://github.com/square/square-nodejs-sdk/blob/master/tests/integration/webhooks.test.ts"
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
    Published(
        "published-go-library",
        PagerDuty(),
        "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK",
        Sent(
            b'{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident",'
            b'"occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PL'
            b'H1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"cli'
            b'ent":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_ur'
            b'l":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the '
            b'road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pag'
            b'erduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https'
            b'://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"'
            b'User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_polic'
            b'ies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","'
            b'type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVP'
            b'S0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority'
            b'":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerd'
            b'uty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"c'
            b'onference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}'
        ),
        "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd",
        "https://github.com/PagerDuty/go-pagerduty/blob/main/webhookv3/webhookv3_test.go",
        key=["01BWDWL3NYY7LUFPZCC28QUCMK"],
    ),
    Published(
        "published-python-library",
        Razorpay(),
        "key_secret",
        Sent(
            b'{\n'
            b'  "event": "payment.authorized",\n'
            b'  "entity": "event",\n'
            b'  "contains": [\n'
            b'    "payment"\n'
            b'  ],\n'
            b'  "payload": {\n'
            b'    "payment": {\n'
            b'      "entity": {\n'
            b'        "id": "pay_6koWN7bvxujzxM",\n'
            b'        "entity": "payment",\n'
            b'        "amount": 1000000,\n'
            b'        "currency": "INR",\n'
            b'        "status": "captured",\n'
            b'        "order_id": "order_100000000order",\n'
            b'        "international": false,\n'
            b'        "method": "card",\n'
            b'        "amount_refunded": 0,\n'
            b'        "refund_status": null,\n'
            b'        "captured": true,\n'
            b'        "description": "random description",\n'
            b'        "card_id": "card_6koWNAT6LASUqy",\n'
            b'        "bank": null,\n'
            b'        "wallet": null,\n'
            b'        "vpa": null,\n'
            b'        "email": "a@b.com",\n'
            b'        "contact": "+919999999999",\n'
            b'        "notes": {\n'
            b'          "merchant_order_id": "random order id"\n'
            b'        },\n'
            b'        "fee": 23000,\n'
            b'        "service_tax": 3000,\n'
            b'        "error_code": null,\n'
            b'        "error_description": null,\n'
            b'        "created_at": 1479978483\n'
            b'      }\n'
            b'    }\n'
            b'  },\n'
            b'  "created_at": 1400826760\n'
            b'}\n'
        ),
        "d60e67fd884556c045e9be7dad57903e33efc7172c17c6e3ef77db42d2b366e9",
        RAZORPAY,
    ),
    Published(
        "published-node-library",
        Square(),
        "Ibxx_5AKakO-3qeNVR61Dw",
        Sent(
            b'{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",'
            b'"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z",'
            b'"data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
            url="https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
        ),
        "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=",
        SQUARE,
        key=["ac3ac95b-f97d-458c-a6e6-18981597e05f"],
    ),
    Published(
        "published-node-library-special-characters",
        Square(),
        "signature-key",
        Sent(b'{"data":{"type":"webhooks","id":">id<"}}', url="https://webhook.site/webhooks"),
        "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
        SQUARE,
        UNRECOGNIZED,
    ),
    Published(
        "published-documentation",
        Jira(),
        "It's a Secret to Everybody",
        Sent(b"Hello World!", content_type="text/plain"),
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
        "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
        UNRECOGNIZED,
    ),
    Published(
        "published-documentation",
        Bitbucket(),
        "It's a Secret to Everybody",
        Sent(b"Hello World!", content_type="text/plain"),
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
        "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
        UNRECOGNIZED,
    ),
    Published(
        "published-python-library",
        CoinbaseCommerce(),
        "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
        Sent(
            b'{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c'
            b'81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"c'
            b'ode":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information'
            b' Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","exp'
            b'ires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"p'
            b'ricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum"'
            b':"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":'
            b'"bitcoincash:000000000000000000000000000000000000000000"}}}}'
        ),
        "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d",
        "https://github.com/coinbase/coinbase-commerce-python/blob/master/tests/test_webhook.py",
        key=["24934862-d980-46cb-9402-43c81b0cdba6"],
    ),
    Published(
        "published-node-library",
        Sanity(),
        "test",
        Sent(b'{"_id":"resume"}', timestamp="1633519811129"),
        "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0",
        "https://github.com/sanity-io/webhook-toolkit/blob/main/test/signature.test.ts",
    ),
    Published(
        "published-node-library",
        SendGrid(),
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==",
        Sent(b'{"category":"example_payload","event":"test_event","message_id":"message_id"}', timestamp="1588788367"),
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
        "https://www.npmjs.com/package/@sendgrid/eventwebhook/v/7.2.6, its test",
        OCCURRED,
    ),
    Published(
        "published-sandbox",
        Wise(),
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwpb91cEYuyJNQepZAVfPZIlPZfNUefH+n6w9SW3fykqKu938cR7WadQv87oF2VuT+fDt7kqeRziTmPSUhqPUys/V2Q1rlfJuXbE+Gga37t7zwd0egQ+KyOEHQOpcTwKmtZ81ieGHynAQzsn1We3jwt760MsCPJ7GMT141ByQM+yW1Bx+4SG3IGjXWyqOWrcXsxAvIXkpUD/jK/L958CgnZEgz0BSEh0QxYLITnW1lLokSx/dTianWPFEhMC9BgijempgNXHNfcVirg1lPSygz7KqoKUN0oHqWLr2U1A+7kqrl6O2nx3CKs1bj1hToT1+p4kcMoHXA7kA+VBLUpEsVwIDAQAB",
        Sent(
            b'{"data":{"resource":{"id":49983981,"profile_id":16055450,"account_id":14124090,"type":"transfer"},'
            b'"current_state":"incoming_payment_waiting","previous_state":null,"occurred_at":"2021-08-23T10:12:50Z"},'
            b'"subscription_id":"90aa8e14-4ef1-4a56-861c-f3c9cde097ea","event_type":"transfers#state-change",'
            b'"schema_version":"2.0.0","sent_at":"2021-08-23T10:12:50Z"}'
        ),
        "wKcKCYXAzxNgiu7xmoDm943NUni7Rz33QN8JkEA9dWSGebgndonabgSj18Y4C08OrwVmueGsED2s00M7DtJVcYKOS1i3G4TMVx+mgM3aL9djMBkQtiYNBFUd6wrPI7ZUNHv/TrlKSjTMc+6JFvUvJ7owY3z85e3I4jLRLJowMFvO8kvCJ60+1pY9wDwZvtZ//WS93LrwGjk9Dvwzpmu0w+P4J75tETT5qC3Uv0y5G2yO8SEoO3yNP/tg/BOli02niHb53vEOUWUb9bly6thnfMoXoiV/osoGxgF20R58RlvkAmezyyl1Sv542TfS2DpiwVnmjjjkCyXeSUcKookYLQ==",
        "https://github.com/transferwise/digital-signatures-examples/tree/main/verify-webhook-signature",
        options={"account": "90aa8e14-4ef1-4a56-861c-f3c9cde097ea"},
    ),
    Published(
        "published-php-library",
        Cloudinary(),
        "X7qLTrsES31MzxxkxPPA-pAGGfU",
        Sent(
            b'{"notification_type":"eager","eager":[{"transformation":"sp_full_hd/mp4","bytes":1055,'
            b'"url":"http://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4",'
            b'"secure_url":"https://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4"}],'
            b'"public_id":"dog","batch_id":"9b11fa058c61fa577f4ec516bf6ee756ac2aefef095af99aef1302142cc1694a"}',
            timestamp="1549533514",
        ),
        "dfe82de1d9083fe0b7ea68070649f9a15b8874da",
        CLOUDINARY,
        COMPLETED,
    ),
    Published(
        "published-java-library",
        Cloudinary(),
        "someApiSecret",
        Sent(b"{}", timestamp="0"),
        "f9aa4471d2a88ff244424cca2444edf7d7ac3596",
        "https://github.com/cloudinary/cloudinary_java, NotificationRequestSignatureVerifierTest",
        UNRECOGNIZED,
    ),
]
