from collections.abc import AsyncIterator

import pytest

from app import judge as judges
from tests.judge.server import SECRET, Judge
from tests.policy.conftest import chosen
from tests.standing import standing


@pytest.fixture
async def judge(monkeypatch: pytest.MonkeyPatch, clean: None, anyio_backend: object) -> AsyncIterator[Judge]:
    there = Judge()
    async with standing(there) as url:
        with chosen(monkeypatch, MODERATION_URL=f"{url}/judge?of=ours", MODERATION_SECRET=SECRET):
            yield there
        there.answers.set()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is not waited for as long as in earnest."""
    monkeypatch.setattr(judges, "PATIENCE", 0.2)
