"""How senders sign with ECDSA and RSA, by what SEC 1, FIPS 186 and RFC 8017 say."""

import base64
import hashlib
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from signing import PublicKey, base64url


def big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def der_of(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class EcdsaP256(PublicKey):
    """ECDSA over P-256 with SHA-256, in DER."""

    encoding = "base64"

    def private_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest(), "big"), ec.SECP256R1())

    def sign(self, key: str, message: bytes) -> bytes:
        # The same signature each time (RFC 6979).
        return self.private_key(key).sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))

    def in_other_case(self, written: str) -> str:
        """The first letters say only that it is a signature."""
        return written[:16] + super().in_other_case(written[16:])

    def public_text(self, name: str) -> str:
        return base64.b64encode(der_of(self.private_key(name).public_key())).decode()

    def jwk(self, name: str) -> dict[str, str]:
        numbers = self.private_key(name).public_key().public_numbers()
        x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"alg": "ES256", "kty": "EC", "crv": "P-256", "x": x, "y": y}

    def verify(self, public_text: str, signature: bytes, message: bytes) -> None:
        key = load_der_public_key(base64.b64decode(public_text))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, message, ec.ECDSA(SHA256()))


class EcdsaP256Raw(EcdsaP256):
    """The same as two numbers of 32 bytes, as WebCrypto writes it."""

    def sign(self, key: str, message: bytes) -> bytes:
        r, s = decode_dss_signature(super().sign(key, message))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def in_other_case(self, written: str) -> str:
        return PublicKey.in_other_case(self, written)


class RsaSha256(PublicKey):
    """RSA by PKCS #1 v1.5 with SHA-256."""

    encoding = "base64"

    def sign(self, key: str, message: bytes) -> bytes:
        return rsa_key(key).sign(message, padding.PKCS1v15(), SHA256())

    def public_text(self, name: str) -> str:
        return base64.b64encode(der_of(rsa_key(name).public_key())).decode()

    def jwk(self, name: str) -> dict[str, str]:
        numbers = rsa_key(name).public_key().public_numbers()
        return {"alg": "RS256", "kty": "RSA", "n": base64url(big_endian(numbers.n)), "e": base64url(big_endian(numbers.e))}

    def verify(self, public_text: str, signature: bytes, message: bytes) -> None:
        key = load_der_public_key(base64.b64decode(public_text))
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(signature, message, padding.PKCS1v15(), SHA256())


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key that is made of nothing but its name, so that none has to be stored. It protects nothing."""
    e = 65537
    p, q = prime(f"{name}, p", e), prime(f"{name}, q", e)
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    private = rsa.RSAPrivateNumbers(p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public)
    return private.private_key()


def prime(name: str, e: int) -> int:
    """The first prime of 1024 bits behind what the name says."""
    start = int.from_bytes(hashlib.shake_256(name.encode()).digest(128), "big") | 3 << 1022 | 1
    for number in range(start, 1 << 1024, 2):
        if all(number % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)) and (number - 1) % e:
            if all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)):
                return number
    raise AssertionError("there are many")
