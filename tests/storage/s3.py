"""A real S3 server over HTTP, in a thread of this process, and storage pointed at one place or another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from moto.server import ThreadedMotoServer

from app import settings, storage

BUCKET = "studio"
# What obstore reads; the server believes anybody.
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def s3() -> Iterator[str]:
    """Its address, with the bucket in it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        httpx.put(f"{endpoint}/{BUCKET}").raise_for_status()
        yield endpoint
    finally:
        server.stop()


@contextmanager
def storage_at(url: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {**KEYS, "STORAGE_URL": url}
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    settings.get.cache_clear()
    storage.store.cache_clear()
