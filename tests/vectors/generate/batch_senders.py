"""How senders sign whose deliveries list several events, each from its documentation, which `docs/providers/` names."""

import base64
import hashlib
import hmac
import json
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from signing import Answer, Hmac, InBody, Millis, Question, Sent, SignedForm, at, compact

OCCURRED = "landfall.event.occurred"
UNRECOGNIZED = "landfall.unrecognized"


def listed(body: bytes, name: str) -> list[Any]:
    """The list `name` of a body, if there is one."""
    value = json.loads(body)
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


class HubSpot(Millis, Hmac):
    provider = "hubspot"
    header = "X-HubSpot-Signature-v3"
    timestamp_header = "X-HubSpot-Request-Timestamp"
    encoding = "base64"
    signs_timestamp = True
    whole_seconds = False
    past_seconds = 300
    # The example of the guide.
    body = [
        {
            "objectId": 1246965,
            "propertyName": "lifecyclestage",
            "propertyValue": "subscriber",
            "changeSource": "ACADEMY",
            "eventId": 3816279340,
            "subscriptionId": 25,
            "portalId": 33,
            "appId": 1160452,
            "occurredAt": 1462216307945,
            "eventType": "contact.propertyChange",
            "attemptNumber": 0,
        },
        {
            "objectId": 1246978,
            "changeSource": "IMPORT",
            "eventId": 3816279480,
            "subscriptionId": 22,
            "portalId": 33,
            "appId": 1160452,
            "occurredAt": 1462216307945,
            "eventType": "contact.creation",
            "attemptNumber": 0,
        },
    ]
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return b"POST" + sent.url.encode() + sent.body + sent.timestamp.encode()

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        names = ("subscriptionId", "eventId", "occurredAt")
        items = json.loads(sent.body)
        return [([str(item[name]) for name in names], OCCURRED) for item in items] if isinstance(items, list) else []


class Mandrill(SignedForm):
    provider = "mandrill"
    hash = "sha1"
    header = "X-Mandrill-Signature"
    encoding = "base64"
    content_type = "application/x-www-form-urlencoded"
    # After the sample of an event, with fewer members.
    items = [
        {
            "event": "hard_bounce",
            "msg": {"ts": 1365109999, "subject": "This an example webhook message", "email": "example.webhook@mandrillapp.com", "state": "bounced"},
            "_id": "exampleaaaaaaaaaaaaaaaaaaaaaaaaa2",
            "ts": 1384954004,
        },
    ]
    fields = [("mandrill_events", compact(items).decode())]
    body = urlencode(fields).encode()
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        fields = parse_qsl(sent.body.decode(), keep_blank_values=True)
        texts = [sent.body.decode()] if self.is_json(sent) else [text for name, text in fields if name == "mandrill_events"]
        # Its items are written compactly, so that this is how they stand there.
        items = json.loads(texts[0]) if len(texts) == 1 else []
        return [([hashlib.sha256(compact(item)).hexdigest()], OCCURRED) for item in items]

    def type_of(self, sent: Sent) -> str:
        return UNRECOGNIZED


class Line(Hmac):
    provider = "line"
    header = "X-Line-Signature"
    encoding = "base64"
    # Two events of the reference, with fewer members.
    body = {
        "destination": "xxxxxxxxxx",
        "events": [
            {
                "type": "message",
                "message": {"type": "text", "id": "444573844083572737", "quoteToken": "q3Plxr4AgKd...", "text": "Hello, world!"},
                "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
                "deliveryContext": {"isRedelivery": False},
                "timestamp": 1462629479859,
                "source": {"type": "user", "userId": "U4af4980629..."},
                "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
                "mode": "active",
            },
            {
                "type": "unfollow",
                "mode": "active",
                "timestamp": 1462629479860,
                "source": {"type": "user", "userId": "U4af4980629..."},
                "webhookEventId": "01FZ74ASS536FW97EX38NKCZQK",
                "deliveryContext": {"isRedelivery": False},
            },
        ],
    }
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        return [([item["webhookEventId"]], OCCURRED) for item in listed(sent.body, "events")]

    def questions(self) -> list[Question]:
        return [Question(Answer(""), body=compact({"destination": "xxxxxxxxxx", "events": []}), is_signed=True)]


class Xero(Hmac):
    provider = "xero"
    header = "X-Xero-Signature"
    encoding = "base64"
    # After the examples of its pages.
    body = {
        "events": [
            {
                "resourceUrl": "https://api.xero.com/api.xro/2.0/Contacts/717f2bfc-c6d4-41fd-b238-3f2f0c0cf777",
                "resourceId": "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777",
                "eventDateUtc": "2017-06-21T01:15:39.902",
                "eventType": "Update",
                "eventCategory": "CONTACT",
                "tenantId": "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f",
                "tenantType": "ORGANISATION",
            }
        ],
        "lastEventSequence": 1,
        "firstEventSequence": 1,
        "entropy": "S0m3r4Nd0mt3xt",
    }
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        names = ("tenantId", "resourceId", "eventType", "eventDateUtc")
        return [([item[name] for name in names], OCCURRED) for item in listed(sent.body, "events")]

    def questions(self) -> list[Question]:
        asked = {"events": [], "lastEventSequence": 0, "firstEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}
        return [Question(Answer(""), body=compact(asked), is_signed=True)]


class GoCardless(Hmac):
    provider = "gocardless"
    header = "Webhook-Signature"
    # A recorded delivery, with fewer members.
    body = {
        "events": [
            {
                "id": "EV01PZ44SPF2SM",
                "created_at": "2024-08-07T15:10:47.578Z",
                "resource_type": "billing_requests",
                "action": "payer_details_confirmed",
                "details": {"origin": "api", "cause": "billing_request_payer_details_confirmed"},
                "links": {"billing_request": "BRQ0006T4Y5J9D3"},
            },
            {
                "id": "EV01PZ456CHC2S",
                "created_at": "2024-08-07T15:10:50.470Z",
                "resource_type": "billing_requests",
                "action": "fulfilled",
                "links": {"billing_request": "BRQ0006T4Y5J9D3"},
            },
        ]
    }
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        return [([item["id"]], OCCURRED) for item in listed(sent.body, "events")]


class QuickBooks(Hmac):
    provider = "quickbooks"
    header = "intuit-signature"
    encoding = "base64"
    # After the sample of its page, with two companies.
    body = {
        "eventNotifications": [
            {
                "realmId": "1185883450",
                "dataChangeEvent": {
                    "entities": [
                        {"name": "Customer", "id": "1", "operation": "Create", "lastUpdated": "2015-10-05T14:42:19-0700"},
                        {"name": "Vendor", "id": "1", "operation": "Create", "lastUpdated": "2015-10-05T14:42:19-0700"},
                    ]
                },
            },
            {
                "realmId": "1185883451",
                "dataChangeEvent": {"entities": [{"name": "Invoice", "id": "95", "operation": "Update", "lastUpdated": "2015-10-05T14:42:20-0700"}]},
            },
        ]
    }
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        body = json.loads(sent.body)
        if isinstance(body, list):
            return [([item["id"]], OCCURRED) for item in body]
        names = ("name", "id", "operation", "lastUpdated")
        return [
            ([company["realmId"], *(entity[name] for name in names)], OCCURRED)
            for company in listed(sent.body, "eventNotifications")
            for entity in company["dataChangeEvent"]["entities"]
        ]


# Where the first item of Adyen's stands.
ITEM = ("notificationItems", "0", "NotificationRequestItem")


class Adyen(InBody):
    """Whose items each have a signature of eight of their fields."""

    provider = "adyen"
    encoding = "base64"
    may_lack_fields = True
    item_at = ITEM
    signature_at = (*ITEM, "additionalData", "hmacSignature")
    signed_at = tuple(
        (*ITEM, *names)
        for names in (
            ("pspReference",),
            ("originalReference",),
            ("merchantAccountCode",),
            ("amount", "value"),
            ("amount", "currency"),
            ("eventCode",),
            ("success",),
            ("merchantReference",),
        )
    )
    # The item of the test of Adyen's own libraries.
    body = {
        "live": "false",
        "notificationItems": [
            {
                "NotificationRequestItem": {
                    "additionalData": {"hmacSignature": ""},
                    "amount": {"value": 1130, "currency": "EUR"},
                    "pspReference": "7914073381342284",
                    "eventCode": "AUTHORISATION",
                    "eventDate": "2019-05-06T17:15:34.121+02:00",
                    "merchantAccountCode": "TestMerchant",
                    "operations": ["CANCEL", "CAPTURE", "REFUND"],
                    "merchantReference": "TestPayment-1407325143704",
                    "paymentMethod": "visa",
                    "success": "true",
                }
            }
        ],
    }
    change = ('"visa"', '"mc"')
    event_type = OCCURRED

    @cached_property
    def secrets(self) -> list[str]:
        words = ("the current key", "the key before", "an unknown key")
        return [hashlib.sha256(f"invented for adyen: {word}".encode()).hexdigest().upper() for word in words]

    def key_bytes(self, secret: str) -> bytes:
        return bytes.fromhex(secret)

    def message(self, sent: Sent) -> bytes:
        return self.message_of(at(json.loads(sent.body), self.item_at))

    def message_of(self, item: dict[str, Any]) -> bytes:
        amount = item.get("amount", {})
        signed = [item.get(name) for name in ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")]
        signed += [amount.get("value"), amount.get("currency"), item.get("eventCode"), item.get("success")]
        return ":".join("" if value is None else str(value) for value in signed).encode()

    def listing(self, *items: dict[str, Any]) -> bytes:
        """A body with these items as they are."""
        return compact({"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]})

    def item(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """An item, signed with `key`."""
        item = {**at(self.body, self.item_at), **changes}
        signature = self.written(self.sign(key or self.secrets[0], self.message_of(item)))
        return {**item, "additionalData": {"hmacSignature": signature}}

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        names = ("pspReference", "eventCode", "success")
        items = [item["NotificationRequestItem"] for item in listed(sent.body, "notificationItems")]
        return [([item[name] for name in names], OCCURRED) for item in items]


def hold_adyen() -> None:
    """The recipe makes what the tests of Adyen's libraries have."""
    key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
    message = Adyen().message_of(at(Adyen.body, Adyen.item_at))
    made = base64.b64encode(hmac.new(bytes.fromhex(key), message, "sha256").digest()).decode()
    assert made == "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=", made


BATCH_SENDERS = [HubSpot(), Mandrill(), Line(), Xero(), GoCardless(), QuickBooks(), Adyen()]
