"""`python -m app web`: uvicorn with our own websocket wire."""

import logging

import uvicorn

from app import discreet, settings
from app.realtime import wire


def run() -> None:
    chosen = settings.get()
    if chosen.is_reachable and not chosen.contact_email:
        raise SystemExit(
            "A setting is wrong: CONTACT_EMAIL: people must be able to write to you. See docs/operations.md."
        )
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=chosen.host,
        port=chosen.port,
        loop="uvloop",
        http="httptools",
        **wire.OPTIONS,
        # Addresses of people are not for the log.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=chosen.trusted_proxies or None,
        timeout_graceful_shutdown=5,
    )


def quiet_logs(level: str) -> None:
    """Ids only, never what people wrote."""
    discreet.begin(level)
    for noisy in ("arq.worker", "httpx", "PIL", "asyncio", "uvicorn.access", "piccolo", "stripe"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It tells each attempt to reach a database that is away, with a traceback; whoever needed it says so in a line.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
