"""Web push: a message that only one browser can read (RFC 8291), sent under our name (RFC 8292), see decision 50."""

import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from hashlib import sha512
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import outbound, secret, settings

SERVICES = "Push services"
"What processors.toml calls them."
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD = 4096
A_DAY = 86_400
"A browser that was off for longer need not hear of it any more."
TWELVE_HOURS = A_DAY // 2


def encrypted(
    message: bytes, browser: bytes, shared: bytes, ours: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """For the browser that has this public key and this secret. Our key and the salt are new for every message."""
    ours, salt = ours or ec.generate_private_key(CURVE), salt or os.urandom(16)
    point = _point(ours)
    agreed = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    key = _derived(agreed, shared, b"WebPush: info\0" + browser + point, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4) + bytes([len(point)]) + point
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def public_key() -> str:
    """What browsers are told of us: nobody else can send to those who allowed it to this key."""
    return spelled(_point(_own()))


def authorization(endpoint: str) -> str:
    """Who sends, to which service alone, and for how long this is true."""
    service, chosen = urlsplit(endpoint), settings.get()
    claims = {
        "aud": f"{service.scheme}://{service.netloc}", "exp": int(time.time()) + TWELVE_HOURS,
        "sub": f"mailto:{chosen.contact_email}" if chosen.contact_email else chosen.base_url,
    }  # fmt: skip
    said = ".".join(spelled(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(_own().sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={said}.{spelled(r.to_bytes(32) + s.to_bytes(32))}, k={public_key()}"


async def send(
    client: outbound.Client, endpoint: str, browser: str, shared: str, message: bytes, topic: str
) -> outbound.Answer:
    """Of one topic a service keeps the newest, so that sending twice is telling once."""
    headers = {
        "Authorization": authorization(endpoint), "Content-Encoding": "aes128gcm", "TTL": str(A_DAY),
        "Urgency": "normal", "Topic": topic,
    }  # fmt: skip
    return await client.post(endpoint, content=encrypted(message, read(browser), read(shared)), headers=headers)


def is_service(endpoint: str) -> bool:
    """Whoever subscribes names an address that we will call: only those of browsers' makers, and never a server of
    ours."""
    return outbound.belongs(endpoint, SERVICES)


def is_readable(browser: str, shared: str) -> bool:
    """A point on the curve and sixteen bytes: to anything else nothing can be encrypted."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, read(browser))
        return len(read(browser)) == 65 and len(read(shared)) == 16
    except ValueError:
        return False


def read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def spelled(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def _own() -> ec.EllipticCurvePrivateKey:
    """From the studio's own secret, so that every process of it has the same and none has to keep it."""
    return ec.derive_private_key(int.from_bytes(sha512(b"push:" + secret.key()).digest()) % (ORDER - 1) + 1, CURVE)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)
