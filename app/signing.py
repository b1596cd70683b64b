"""The studio's own name under what it makes: a key and its certificates, given by SIGNING_FILE or made once."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from app import secret, settings

CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)
KEY = re.compile(rb"-----BEGIN (?:EC )?PRIVATE KEY-----.+?-----END (?:EC )?PRIVATE KEY-----\n?", re.DOTALL)
YEARS = 20
"A signature without a time stamp is worth nothing once its certificate is over, and time stamps need a network."


class Identity(NamedTuple):
    """All as PEM; the first certificate is the key's own."""

    key: bytes
    certificates: list[bytes]


@cache
def identity() -> Identity:
    given = settings.get().signing_file
    try:
        pem = Path(given).read_bytes() if given else secret.kept("signing.pem", _make)
    except OSError as error:
        raise SystemExit(f"A setting is wrong: SIGNING_FILE cannot be read: {error.strerror}.") from None
    key, certificates = KEY.search(pem), CERTIFICATE.findall(pem)
    if not key or not certificates:
        raise SystemExit("A setting is wrong: SIGNING_FILE needs a private key and its certificates, both as PEM.")
    return Identity(key[0], certificates)


@cache
def ours() -> bytes:
    """Chains whose signatures are our own: today's, and those of before in DATA_DIR/run/signed-before.pem."""
    before = settings.get().data_dir / "run" / "signed-before.pem"
    return b"".join(identity().certificates) + (before.read_bytes() if before.exists() else b"")


def _make() -> bytes:
    """A root that signs one certificate and is forgotten: nothing else can ever be signed in its name."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey, root: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
             "decipher_only"), False,
        )  # fmt: skip
        built = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=365 * YEARS))
            .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not root, key_cert_sign=root, crl_sign=root, **usage), critical=True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )  # fmt: skip
        if not root:
            built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return built.sign(root_key, hashes.SHA256())

    def named(what: str) -> x509.Name:
        host = urlsplit(settings.get().base_url).hostname or "studio"
        return x509.Name([
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, host[:64]), x509.NameAttribute(NameOID.COMMON_NAME, what),
        ])  # fmt: skip

    root_name, root_key = named("qwenimage.art root"), ec.generate_private_key(ec.SECP256R1())
    own_key = ec.generate_private_key(ec.SECP256R1())
    chain = [certificate(named("qwenimage.art"), own_key, root=False), certificate(root_name, root_key, root=True)]
    key = own_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)
