"""Signatures that public keys verify, by the package `cryptography`."""

import base64
import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def public_key(kind: str, data: bytes) -> Any:
    """The key in what the operator has copied."""
    if kind == "ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(data)
    if kind.startswith("ecdsa") and len(data) == 65:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    return load_der_public_key(data)


def of_key_set(kind: str, key: dict[str, str]) -> Any:
    """The key in a member of a JSON Web Key Set, if it is of the kind."""
    if kind == "ed25519" and key.get("crv") == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(data(key["x"]))
    if kind.startswith("ecdsa") and key.get("crv") == "P-256":
        return ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1()).public_key()
    if kind == "rsa-sha256" and key["kty"] == "RSA":
        return rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
    return None


def of_certificate(kind: str, pem: str, received: float) -> Any:
    """The key of a certificate, if it is valid then and has one of the kind."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    at = datetime.datetime.fromtimestamp(received, datetime.timezone.utc)
    key = certificate.public_key()
    is_valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    wanted = rsa.RSAPublicKey if kind.startswith("rsa") else ec.EllipticCurvePublicKey
    return key if is_valid and isinstance(key, wanted) else None


def is_signed(kind: str, key: Any, signature: bytes, message: bytes) -> bool:
    try:
        if kind == "ed25519":
            key.verify(signature, message)
        elif kind.startswith("rsa"):
            key.verify(signature, message, padding.PKCS1v15(), SHA1() if kind == "rsa-sha1" else SHA256())
        else:
            if kind == "ecdsa-p256-raw":
                if len(signature) != 64:
                    return False
                numbers = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
                signature = encode_dss_signature(*numbers)
            key.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def data(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    return int.from_bytes(data(text), "big")
