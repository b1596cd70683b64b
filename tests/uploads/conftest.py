import shutil

import pytest

from app import settings


@pytest.fixture(autouse=True)
def nothing_stored() -> None:
    """Whoever looks at what is left starts with nothing."""
    shutil.rmtree(settings.get().data_dir / "media" / "uploads", ignore_errors=True)
