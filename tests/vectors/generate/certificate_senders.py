"""How senders sign whose deliveries name a certificate, each from its documentation, which `docs/providers/` names."""

import datetime
import hashlib
import json
import zlib
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from key_signing import RsaSha256, rsa_key
from signing import NOW_SECONDS, Header, InBody, Recipe, Sent, compact

OCCURRED = "landfall.event.occurred"
YEAR = datetime.timedelta(days=365)


@cache
def certificate(name: str, is_expired: bool = False, has_other_key: bool = False) -> str:
    """The certificate of a key. That of another kind is signed with RSA all the same, which gives the same bytes each time."""
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey = rsa_key(name).public_key()
    if has_other_key:
        key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    now = datetime.datetime.fromtimestamp(NOW_SECONDS, datetime.timezone.utc).replace(tzinfo=None)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented.example.com")])
    made = x509.CertificateBuilder(subject, subject, key, int(hashlib.sha256(name.encode()).hexdigest()[:16], 16))
    until = now - datetime.timedelta(seconds=1) if is_expired else now + YEAR
    made = made.not_valid_before(now - YEAR).not_valid_after(until)
    return made.sign(rsa_key(name), SHA256()).public_bytes(Encoding.PEM).decode()


class Certified(RsaSha256):
    """RSA with the key of a certificate that each delivery names, the same for all customers."""

    proof = "published_key"
    is_for_all_customers = True
    # A delivery names one certificate, so that its key is always the first.
    previous_index = 0
    # Where its certificates are, with a place for what tells them apart.
    address: str

    def address_of(self, word: str) -> str:
        return self.address.format(hashlib.sha256(f"{self.provider}: {word}".encode()).hexdigest()[:32])

    def fields(self, names: list[str]) -> dict[str, Any]:
        return {}

    def certificates(self, names: list[str]) -> dict[str, str]:
        """The certificates that can be fetched, each by its address. Those of others than the sender are among them."""
        _, previous, other = self.secrets
        wrong = {self.address_of("expired"): certificate(previous, is_expired=True)}
        wrong[self.address_of("another kind")] = certificate(previous, has_other_key=True)
        theirs = {address: certificate(other) for address in self.wrong_addresses().values()}
        return {**{self.address_of(name): certificate(name) for name in names}, **wrong, **theirs}

    def wrong_addresses(self) -> dict[str, str]:
        """Addresses that must not be trusted, each with its case's name."""
        right = self.address_of("theirs")
        host = right.split("/")[2]
        return {
            "key-by-http": right.replace("https:", "http:"),
            "key-of-another-host": right.replace(host, "certs.example.net"),
            "key-of-a-longer-host": right.replace(host, f"{host}.example.net"),
            "key-of-a-bucket": right.replace(host, "sns.s3-us-west-2.amazonaws.com"),
            "key-of-another-port": right.replace(host, f"{host}:8443"),
            "key-with-user": right.replace(host, f"{host}@example.net"),
            "key-of-another-path": right.replace(host, f"{host}/elsewhere"),
            "key-with-query": f"{right}?at=example.net",
        }

    def naming(self, sent: Sent, address: str | None, key: str) -> tuple[Sent, list[Header]]:
        """A delivery that names a certificate, or none, and is signed with `key`."""
        raise NotImplementedError


class AwsSns(Certified, InBody):
    provider = "aws-sns"
    address = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{}.pem"
    content_type = "text/plain; charset=UTF-8"
    signature_at = ("Signature",)
    signed_at = (("MessageId",),)
    topic = "arn:aws:sns:us-west-2:123456789012:MyTopic"
    version = "2"
    options = {"account": topic}
    # The notification of the documentation.
    body = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": topic,
        "Subject": "My First Message",
        "Message": "Hello world!",
        "Timestamp": "2012-05-02T00:54:06.655Z",
        "SignatureVersion": version,
        "Signature": "",
        "SigningCertURL": "",
        "UnsubscribeURL": f"https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={topic}:c9135db0-26c4-47ec-8998-413945fb5a96",
    }
    # The confirmation of the documentation, with a shorter token.
    confirmation = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f7948a98bac386edfe3",
        "TopicArn": topic,
        "Message": f"You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": f"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}&Token=2336412f37fb687f5d51e6e241d09c805a5a57b30d712f7948a98bac386edfe3",
        "Timestamp": "2012-04-26T20:45:04.751Z",
        "SignatureVersion": version,
        "Signature": "",
        "SigningCertURL": "",
    }
    change = ("Action=Unsubscribe", "Action=Nothing")
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        body = json.loads(sent.body)
        if body.get("Type") == "Notification":
            names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        else:
            names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        return "".join(f"{name}\n{body[name]}\n" for name in names if name in body).encode()

    def saying(self, sent: Sent, **changes: Any) -> Sent:
        body = {**json.loads(sent.body), **changes}
        return replace(sent, body=compact({name: value for name, value in body.items() if value is not None}))

    def signed_by(self, sent: Sent, key: str) -> Sent:
        named = self.saying(sent, SigningCertURL=self.address_of(key))
        return self.with_value(named, self.signatures(named, [key])[0])

    def signed(self, sent: Sent) -> Sent:
        return self.signed_by(sent, self.secrets[0])

    def naming(self, sent: Sent, address: str | None, key: str) -> tuple[Sent, list[Header]]:
        named = self.saying(self.signed_by(sent, key), SigningCertURL=address)
        return named, self.plain_headers(named)

    def plain_headers(self, sent: Sent) -> list[Header]:
        return [*super().plain_headers(sent), ("x-amz-sns-message-type", str(json.loads(sent.body).get("Type")))]

    def key(self, sent: Sent) -> list[str] | None:
        found = json.loads(sent.body).get("MessageId")
        return [found] if found else None

    def for_another(self) -> tuple[Recipe, str]:
        class AwsSnsForAnother(type(self)):
            topic = "arn:aws:sns:us-west-2:210987654321:MyTopic"
            body = {**AwsSns.body, "TopicArn": topic}

        return AwsSnsForAnother(), AwsSnsForAnother.topic


class DescribedSnsOne(AwsSns):
    """A topic of somebody else's that has signature version 1."""

    provider = "described-sns-one"
    version = "1"
    body = {**AwsSns.body, "SignatureVersion": "1"}
    confirmation = {**AwsSns.confirmation, "SignatureVersion": "1"}
    options = {**AwsSns.options, "scheme": {"extends": "aws-sns", "scheme": {"kind": "rsa-sha1"}}}

    def sign(self, key: str, message: bytes) -> bytes:
        return rsa_key(key).sign(message, padding.PKCS1v15(), SHA1())


class PayPal(Certified):
    provider = "paypal"
    address = "https://api.paypal.com/v1/notifications/certs/CERT-{}"
    header = "PAYPAL-TRANSMISSION-SIG"
    other_headers = {"PAYPAL-AUTH-ALGO": "SHA256withRSA"}
    signed_headers = {
        "PAYPAL-TRANSMISSION-ID": "d938e770-8046-11e6-8103-6b62a8a99ac4",
        "PAYPAL-TRANSMISSION-TIME": "2016-09-21T22:00:46Z",
    }
    covers_body = False
    has_checksum = True
    webhook = "9XL90610J3647323C"
    options = {"account": webhook}
    # The event of PayPal's own sample, with fewer members.
    body = {
        "id": "WH-9UG43882HX7271132-6E0871324L7949614",
        "event_version": "1.0",
        "create_time": "2016-09-21T22:00:45Z",
        "resource_type": "sale",
        "event_type": "PAYMENT.SALE.COMPLETED",
        "summary": "Payment completed for $ 21.0 USD",
        "resource": {"id": "80F85758S3080410K", "state": "completed", "amount": {"total": "21.00", "currency": "USD"}},
    }
    change = ("21.0 USD", "22.0 USD")
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return self.message_for(sent, self.webhook)

    def message_for(self, sent: Sent, webhook: str) -> bytes:
        return "|".join([*self.signed_headers.values(), webhook, str(zlib.crc32(sent.body))]).encode()

    def headers_of(self, sent: Sent, value: str) -> list[Header]:
        return [*super().headers_of(sent, value), ("PAYPAL-CERT-URL", self.address_of(self.secrets[0]))]

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        (key,) = keys or self.secrets[:1]
        return self.naming(sent, self.address_of(key), key)[1]

    def naming(self, sent: Sent, address: str | None, key: str) -> tuple[Sent, list[Header]]:
        *headers, _ = self.headers_of(sent, self.signatures(sent, [key])[0])
        return sent, headers if address is None else [*headers, ("PAYPAL-CERT-URL", address)]

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]

    def forged(self, body: bytes, like: bytes) -> bytes:
        """A body with the checksum of `like`: `body` with a member more, of which some letters are the next ones."""
        letters = b"b" * 64
        made = bytearray(body.removesuffix(b"}") + b',"custom":"' + letters + b'"}')
        start = made.index(letters)
        # By how much a letter changes the checksum does not depend on the others.
        base = zlib.crc32(made)
        effects = []
        for index in range(len(letters)):
            made[start + index] ^= 1
            effects.append((zlib.crc32(made) ^ base, 1 << index))
            made[start + index] ^= 1
        wanted, chosen = base ^ zlib.crc32(like), 0
        for bit in range(32):
            pivot = next((effect for effect in effects if effect[0] >> bit & 1), None)
            assert pivot, "64 letters are enough"
            effects = [(e[0] ^ pivot[0], e[1] ^ pivot[1]) if e[0] >> bit & 1 else e for e in effects if e is not pivot]
            if wanted >> bit & 1:
                wanted, chosen = wanted ^ pivot[0], chosen ^ pivot[1]
        for index in range(len(letters)):
            made[start + index] ^= chosen >> index & 1
        assert zlib.crc32(made) == zlib.crc32(like)
        return bytes(made)


CERTIFICATE_SENDERS = [AwsSns(), PayPal(), DescribedSnsOne()]
