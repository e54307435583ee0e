"""How senders with rarer forms of signatures and bodies sign, each from its documentation, which `docs/providers/` names."""

import json

from signing import Hmac, InBody, PlainHash, Sent

OCCURRED = "landfall.event.occurred"
COMPLETED = "landfall.job.completed"


class Cloudinary(PlainHash, Hmac):
    provider = "cloudinary"
    hash = "sha1"
    header = "X-Cld-Signature"
    timestamp_header = "X-Cld-Timestamp"
    signs_timestamp = True
    past_seconds = 7200
    body = {
        "notification_type": "eager",
        "eager": [{"transformation": "sp_full_hd/mp4", "bytes": 1055, "secure_url": "https://res.cloudinary.com/demo/video/upload/dog.mp4"}],
        "public_id": "dog",
        "batch_id": "9b11fa058c61fa577f4ec516bf6ee756",
    }
    event_type = COMPLETED

    def parts(self, sent: Sent) -> list[bytes]:
        return [sent.body, sent.timestamp.encode()]


class Zegocloud(PlainHash, InBody):
    """Whose secret, time and random number are sorted before they are joined."""

    provider = "zegocloud"
    hash = "sha1"
    is_sorted = True
    signature_at = ("signature",)
    signed_at = (("timestamp",), ("nonce",))
    timestamp_at = ("timestamp",)
    past_seconds = 86400
    future_seconds = 300
    body = {
        "appid": "1",
        "event": "call_accept",
        "nonce": "150176",
        "timestamp": 1767323045,
        "call_id": "3501761173612493269",
        "user_id": "abc",
        "extend_data": "extendData",
    }
    change = ('"abc"', '"eve"')
    event_type = OCCURRED

    def parts(self, sent: Sent) -> list[bytes]:
        body = json.loads(sent.body)
        return [str(body[name]).encode() for (name,) in self.signed_at if body.get(name)]

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [str(body["timestamp"]), body["nonce"]]


RARE_SENDERS = [Cloudinary(), Zegocloud()]
