import shutil
from collections.abc import Callable

import pytest

from app import settings
from tests.studio import WEB, Studio


@pytest.fixture(autouse=True)
def nothing_stored() -> None:
    """Whoever looks at what is left starts with nothing."""
    for folder in ("media/uploads", "incoming"):
        shutil.rmtree(settings.get().data_dir / folder, ignore_errors=True)


@pytest.fixture(scope="module")
def web_alone(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB)
    studio.wait_until_live()
    return studio


@pytest.fixture
def studio(web_alone: Studio, clean: None) -> Studio:
    """No worker: nothing is made of what is brought here. Whoever killed it leaves a new one to the next."""
    if web_alone.processes[WEB].poll() is not None:
        web_alone.start(WEB)
        web_alone.wait_until_live()
    return web_alone
