"""Every setting of the studio: read once from the environment, checked, documented in docs/operations.md."""

import base64
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
"What a machine calls itself."
LEAST_SECRET = 24
"Bytes, as the Standard Webhooks ask."


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Field names are the environment's names in lower case."""

    data_dir: Path = Path("var")
    "Where the embedded servers, media and secrets live."
    database_url: str = ""
    "PostgreSQL; empty means the embedded one under DATA_DIR."
    redis_url: str = ""
    "Redis or Valkey; empty means the embedded one under DATA_DIR."
    storage_url: str = ""
    "Where media is kept: file:///folder or s3://bucket/prefix; empty means DATA_DIR/media."
    public_url: str = ""
    "The address people use; empty means http://127.0.0.1:PORT."
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    trusted_proxies: str = ""
    "Addresses whose X-Forwarded-For is believed, comma separated."
    secret_key: str = ""
    "Signs short-lived cookies; empty means a key kept in DATA_DIR."
    signing_file: str = ""
    "Key and certificates that sign finished files, as PEM; empty means its own, made once and kept in DATA_DIR."
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: str = ""
    "Bearer token for /metrics; empty means only loopback may read them."

    backup_url: str = ""
    "Where encrypted backups go: file:///folder on another disk, or s3://bucket/prefix; empty means that none are made."
    backup_key: str = ""
    "A file with the age identity that opens them; empty means one made once and kept in DATA_DIR."
    backup_keys_url: str = ""
    "Where each person's key is kept, for backups that cannot be deleted from; empty means BACKUP_URL."
    wal_dir: str = ""
    "Where the database's log is received; on another disk it outlives the first; empty means DATA_DIR/wal."

    smtp_url: str = ""
    "How mails go out: smtp://user:password@host:587 (STARTTLS is required) or smtps://; empty: the local mailbox."
    mail_from: str = ""
    "Who mails are from; empty means studio@ and the host of PUBLIC_URL."
    contact_email: Annotated[str, msgspec.Meta(pattern=r"^([^@\s<>]+@[^@\s<>]+)?$")] = ""
    "Where people write to; answers to our mails go there. A studio that others can reach has one."

    image_model: str = "starters/image"
    "A hub name or a folder; several with commas, the first is offered first."
    song_model: str = "starters/song"
    "The same for songs; `none` for a studio that makes pictures only."
    licensed_models: str = ""
    "Models, with commas, that the operator may use commercially although their usual licence forbids it."
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    attention: Literal["auto", "native", "flash", "xformers"] = "auto"
    offload: Literal["auto", "none", "model", "sequential"] = "auto"
    compile: bool = False
    "Compile the transformer's repeated blocks: slower start, faster steps on a GPU."

    daily_credits: Count = 500
    "What everybody is granted once a day; the only source where no payments are set up."
    prices: Path = Path("prices.toml")
    "The price list: rates, packs, plans."
    stripe_secret_key: str = ""
    "Stripe's secret or restricted key; empty means that nothing can be bought."
    stripe_webhook_secret: str = ""
    "Proves that a webhook comes from Stripe; needed with a key."
    stripe_tax: bool = False
    "Let Stripe compute and add taxes."
    stripe_coupons: bool = True
    "Let people type promotion codes on Stripe's page."
    stripe_api_url: str = ""
    "Where Stripe's API is; empty means Stripe's own. For tests and demonstrations."
    push_service_url: str = ""
    "Another service that browsers' notices may go through. For tests and demonstrations."
    clerk_publishable_key: str = ""
    "Clerk's publishable key; with the next two, people sign in at Clerk and no longer here."
    clerk_secret_key: str = ""
    clerk_webhook_secret: str = ""
    "Proves that a webhook comes from Clerk."
    clerk_jwt_key: str = ""
    "The public key of Clerk's tokens, as PEM; empty means fetched from Clerk."
    clerk_authorized_parties: str = ""
    "Addresses whose tokens are believed, comma separated; empty means PUBLIC_URL."
    clerk_api_url: str = ""
    "Where Clerk is; empty means Clerk's own. For tests and demonstrations."
    ga_measurement_id: Annotated[str, msgspec.Meta(pattern=r"^(G-[A-Z0-9]{4,20})?$")] = ""
    "Google Analytics 4, asked for and loaded only where somebody agreed; empty means none."
    ga_api_secret: str = ""
    "Lets the server count a few steps of those who agreed (Measurement Protocol); empty means that it counts none."
    ga_api_url: str = ""
    "Where such steps are told; empty means Google's own address. For tests and demonstrations."
    ga_property: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,20}$")] = ""
    "The number of the property that the stream belongs to; with the next one, whoever leaves is erased there too."
    ga_deletion_key: str = ""
    "The JSON file of a service account that may edit the property."

    moderation_url: str = ""
    "Where the operator's own judge is, who is asked about whatever becomes public; empty means that nobody is."
    moderation_secret: str = ""
    "Signs each question to it, whsec_ and base64; needed with an address."
    moderation_silent: Literal["hold", "allow"] = "hold"
    "What it counts as when the judge does not answer."

    lease_seconds: Positive = 10.0
    "How long a worker may be silent before its work is given to another."
    step_timeout_seconds: Positive = 600.0
    "A single step longer than this is taken for a hang and the worker restarts."
    preview_hz: Positive = 8.0
    "Upper bound on previews a second for each generation."
    undo_days: Count = 7
    "How long a deleted item can be brought back."
    max_queued: Annotated[int, msgspec.Meta(ge=1)] = 20
    "How many unfinished generations one person may have."
    rate_limits: Annotated[float, msgspec.Meta(ge=0)] = 1
    "How generous app/limits.py is: 2 doubles each bucket, 0 counts nothing."

    upload_picture_mb: Positive = 25
    upload_sound_mb: Positive = 100
    upload_quota_mb: Positive = 1000
    "What one person's uploads may take up together."
    upload_megapixels: Positive = 40
    upload_minutes: Positive = 10
    "The longest sound."
    upload_days: Annotated[int, msgspec.Meta(ge=1)] = 30
    "How long an upload is kept; whoever brought it may shorten that."
    upload_wait_seconds: Positive = 600
    "An upload that takes longer to come in is ended."
    uploads_at_once: Annotated[int, msgspec.Meta(ge=1)] = 3
    "How many uploads of one person may come in at the same time."

    def __post_init__(self) -> None:
        clerk = self.clerk_publishable_key, self.clerk_secret_key, self.clerk_webhook_secret
        if any(clerk) and not all(clerk):
            raise ValueError("Set all of CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY and CLERK_WEBHOOK_SECRET, or none")
        if all(clerk):
            _check_clerk(*clerk)
        if self.clerk_jwt_key and "BEGIN PUBLIC KEY" not in self.clerk_jwt_key:
            raise ValueError("This is no public key as PEM: CLERK_JWT_KEY")
        if self.moderation_url or self.moderation_secret:
            _check_judge(self.moderation_url, self.moderation_secret)

    @property
    def base_url(self) -> str:
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def sender(self) -> str:
        """Who our mails are from."""
        return self.mail_from or f"qwenimage.art <studio@{urlsplit(self.base_url).hostname}>"

    @property
    def is_local(self) -> bool:
        """Nobody but this machine can reach it, so what would be mailed may be read on a page instead."""
        return {urlsplit(self.base_url).hostname, self.host} <= LOOPBACK

    @property
    def is_reachable(self) -> bool:
        """People come from elsewhere, by a name that is not this machine's alone."""
        return urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def sells(self) -> bool:
        """Whether credits cost money here."""
        return bool(self.stripe_secret_key)

    @property
    def by_clerk(self) -> bool:
        """Whether people prove at Clerk who they are."""
        return bool(self.clerk_secret_key)

    @property
    def clerk_host(self) -> str:
        """Of Clerk's frontend, which the publishable key names."""
        return _host_in(self.clerk_publishable_key)

    @property
    def clerk_parties(self) -> set[str]:
        named = {each.strip().rstrip("/") for each in self.clerk_authorized_parties.split(",")} - {""}
        return named or {self.base_url}

    @property
    def received_log(self) -> Path:
        return Path(self.wal_dir) if self.wal_dir else self.data_dir / "wal"

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https:")


def load(env: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment, completed by what `python -m app studio` started beside us."""
    known = {name: env[name.upper()] for name in Settings.__struct_fields__ if env.get(name.upper())}
    data_dir = Path(known.get("data_dir", "var"))
    services = data_dir / "run" / "services.json"
    if services.exists():
        known = msgspec.json.decode(services.read_bytes(), type=dict[str, str]) | known
    try:
        return msgspec.convert(known, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        raise SystemExit(f"A setting is wrong: {_sentence(error)} See docs/operations.md.") from None


def _check_clerk(publishable: str, secret: str, webhook: str) -> None:
    kind = publishable[:8]
    if kind not in {"pk_test_", "pk_live_"} or not _host_in(publishable):
        raise ValueError("This is no publishable key of Clerk's: CLERK_PUBLISHABLE_KEY")
    if not secret.startswith(f"s{kind[1:]}"):
        raise ValueError("Keys of two kinds, for tests and in earnest: CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY")
    if not webhook.startswith("whsec_") or not _decoded(webhook[6:]):
        raise ValueError("This is no secret of a webhook, whsec_ and base64: CLERK_WEBHOOK_SECRET")


def _check_judge(address: str, secret: str) -> None:
    if not address or not secret:
        raise ValueError("Set both of MODERATION_URL and MODERATION_SECRET, or neither")
    try:
        url = urlsplit(address)
        host, more = url.hostname if url.port != 0 else "", url.username or url.password or url.fragment
    except ValueError:
        host, more = "", ""
    if not host or more or not (url.scheme == "https" or (url.scheme == "http" and host in LOOPBACK)):
        raise ValueError("This is no https: address, nor an http: one of this machine: MODERATION_URL")
    if not secret.startswith("whsec_") or len(_decoded(secret[6:])) < LEAST_SECRET:
        raise ValueError("This is no secret, whsec_ and 24 bytes or more in base64: MODERATION_SECRET")


def _host_in(publishable: str) -> str:
    """`pk_test_` and the host in base64, with a dollar at its end."""
    host = _decoded(publishable[8:]).decode(errors="replace")
    return host.removesuffix("$") if host.endswith("$") else ""


def _decoded(coded: str) -> bytes:
    """Nothing for what is not base64."""
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
    except ValueError:
        return b""


def _sentence(error: msgspec.ValidationError) -> str:
    message, _, where = str(error).partition(" - at `$.")
    return f"{where.rstrip('`').upper() or 'the environment'}: {message[0].lower()}{message[1:]}."


@cache
def get() -> Settings:
    return load()
