"""The doctor says what is wrong in a sentence that an operator can act on, and gives no secret away."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import doctor, settings
from app.doctor import Finding
from app.settings import Settings
from tests.services import run_app


async def only(findings: AsyncIterator[Finding]) -> Finding:
    [finding] = [finding async for finding in findings]
    return finding


async def test_a_healthy_studio_is_told_so(clean):
    found = await doctor._look(settings.get())

    assert [(finding.subject, finding.ok) for finding in found] == [
        ("database", True), ("migrations", True), ("backups", True), ("redis", True), ("storage", True)
    ]  # fmt: skip
    assert "PostgreSQL 18 answers." in [finding.sentence for finding in found]


@pytest.mark.parametrize("url", ["postgresql://studio:hush@127.0.0.1:1/studio", "postgresql://[oops"])
async def test_a_database_that_cannot_be_reached_is_named_without_its_password(url):
    found = await only(doctor._database(Settings(database_url=url)))

    assert not found.ok
    assert "cannot be reached" in found.sentence
    assert "hush" not in found.sentence


async def test_a_redis_that_cannot_be_reached_is_named_without_its_password():
    found = await only(doctor._redis(Settings(redis_url="redis://:hush@127.0.0.1:1/0")))

    assert not found.ok
    assert "Redis at redis://127.0.0.1:1/0 cannot be reached" in found.sentence
    assert "hush" not in found.sentence


async def test_an_empty_database_waits_for_its_tables(services):
    connection = await asyncpg.connect(services.postgres.url)
    await connection.execute("CREATE DATABASE bare")
    await connection.close()

    found = [
        finding
        async for finding in doctor._database(
            Settings(database_url=services.postgres.url.replace("/studio?", "/bare?"))
        )
    ]

    assert [finding.ok for finding in found] == [True, False]
    assert found[1].sentence.endswith("have to be run: python -m app migrate.")


@pytest.mark.parametrize(
    ("url", "ok"), [("http://127.0.0.1:8000", True), ("https://art.example", True), ("http://art.example", False)]
)
def test_an_address_without_encryption_is_pointed_out(url, ok):
    assert doctor._address(Settings(public_url=url)).ok is ok


def test_the_command_ends_with_1_when_something_is_wrong(services):
    healthy = run_app("doctor")
    wrong = run_app("doctor", env={"IMAGE_MODEL": "nowhere", "PUBLIC_URL": "http://art.example"})

    assert (healthy.returncode, wrong.returncode) == (0, 1)
    assert "DEVICE auto" in healthy.stdout
    assert "IMAGE_MODEL names 'nowhere'" in wrong.stdout


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("DTYPE", "int3"), ("LEASE_SECONDS", "-1"), ("LOG_LEVEL", "loud")]
)
def test_a_wrong_setting_stops_any_command_with_a_sentence(name, value):
    stopped = run_app("web", env={name: value})

    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"A setting is wrong: {name}: ")
    assert "Traceback" not in stopped.stderr
