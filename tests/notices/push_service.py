"""A push service on a socket, and a browser that reads what comes through it, both as the RFCs say and not as we do."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Litestar, Request, Response, post


def read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def spelled(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class PushService:
    """`answers` says what a browser's address is answered with; what came is kept as it came."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, int] = {}
        self.came: list[tuple[str, dict[str, str], bytes]] = []

        @post("/push/{name:str}")
        async def take(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
            status = self.answers.get(name, 201)
            if status == 201:
                self.came.append((name, dict(request.headers), await request.body()))
            return Response(b"", status_code=status)

        self.app = Litestar([take], openapi_config=None, logging_config=None)

    def signer(self, headers: dict[str, str]) -> dict[str, Any]:
        """Who says that they sent it, if their signature is right and meant for this service."""
        fields = dict(part.strip().split("=", 1) for part in headers["authorization"].removeprefix("vapid ").split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(fields["k"]))
        said, _, signature = fields["t"].rpartition(".")
        r, s = (int.from_bytes(read(signature)[half : half + 32]) for half in (0, 32))
        key.verify(encode_dss_signature(r, s), said.encode(), ec.ECDSA(hashes.SHA256()))
        head, claims = (json.loads(read(part)) for part in said.split("."))
        assert head["alg"] == "ES256" and claims["aud"] == self.url
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600, "services refuse longer ones"
        return {"key": fields["k"]} | claims


class Receiver:
    """What a browser keeps to itself."""

    def __init__(self, service: PushService, name: str) -> None:
        self.name, self.endpoint = name, f"{service.url}/push/{name}"
        self.service, self.key, self.secret = service, ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes :)"

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def form(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "public_key": spelled(self.point), "secret": spelled(self.secret)}

    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(self.opened(body)) for name, _, body in self.service.came if name == self.name]

    def opened(self, body: bytes) -> bytes:
        """RFC 8188 and 8291, from the reader's side."""
        salt, sender, sealed = body[:16], body[21 : 21 + body[20]], body[21 + body[20] :]
        agreed = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        ikm = HKDF(hashes.SHA256(), 32, self.secret, b"WebPush: info\0" + self.point + sender).derive(agreed)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(ikm)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(ikm)
        opened = AESGCM(key).decrypt(nonce, sealed, None)
        assert opened.endswith(b"\x02"), "the last record of its kind"
        return opened[:-1]
