"""The key that seals cookies is made once, whoever starts first."""

import subprocess
import sys
from pathlib import Path

SAY_KEY = "from app import secret; print(secret.key().decode())"


def test_processes_that_start_together_share_one_key_that_only_they_can_read(tmp_path: Path):
    env = {"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    started = [subprocess.Popen([sys.executable, "-c", SAY_KEY], env=env, stdout=subprocess.PIPE) for _ in range(6)]
    keys = {process.communicate()[0] for process in started}

    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64
    assert (tmp_path / "run" / "secret").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "run").iterdir())) == 1
