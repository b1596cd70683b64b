import shutil

import pytest

from app import settings


@pytest.fixture(autouse=True)
def nothing_stored() -> None:
    """Whoever looks at what is left starts with nothing."""
    for folder in ("media/uploads", "incoming"):
        shutil.rmtree(settings.get().data_dir / folder, ignore_errors=True)
