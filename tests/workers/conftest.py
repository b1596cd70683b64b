from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from app import settings
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QwenImage]:
    """The starter, loaded once. One thread: other tests want the other processor."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = Path(settings.Settings().image_model)
    engine = QwenImage(str(model), choose(settings.Settings(device="cpu")), tmp_path_factory.mktemp("previews"))
    engine.setup()
    yield engine
    torch.set_num_threads(threads)
