"""What a decoder cannot do, should a file ever take it over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import decoding
from app.decoding import ask, signatures

ROOT = Path(decoding.__file__).parents[2]

DEEDS = {
    "speaks to a server": "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
    "opens a socket": "import socket; socket.socket()",
    "starts a program": "import subprocess; subprocess.run(['/bin/true'])",
    "becomes a program": "import os; os.execv('/bin/true', ['true'])",
    "becomes two": "import os; os.fork()",
    "asks a shell": "import os; os.system('true')",
    "takes all memory": "x = bytearray(2 * 1024**3)",
    "fills the disk": "f = open(0, 'wb', 0); [f.write(bytes(10**7)) for _ in range(30)]",
    "opens many files": "x = [open('/dev/null') for _ in range(99)]",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_decoder_that_was_taken_over_gets_nowhere(deed: str, tmp_path: Path):
    code = "from app.decoding.confine import confine\n{}\nprint('done')"
    before = "import os, socket, subprocess\nfrom app.decoding.confine import confine; confine()\n"
    with (tmp_path / "out").open("wb") as out:
        free = subprocess.run([sys.executable, "-c", code.format("pass")], cwd=ROOT, capture_output=True, timeout=60)
        bound = subprocess.run(
            [sys.executable, "-c", before + DEEDS[deed].format(port=9) + "\nprint('done')"],
            cwd=ROOT, stdin=out, capture_output=True, timeout=60,
        )  # fmt: skip

    assert free.returncode == 0 and b"done" in free.stdout
    assert bound.returncode != 0 and b"done" not in bound.stdout


def test_its_network_has_nobody_in_it():
    """Told by the kernel and not by Python: code in C would see the same. Some hosts forbid it; then Python says no."""
    look = "from app.decoding.confine import confine; print(confine()); print(open('/proc/net/dev').read())"

    shown = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, timeout=60)

    devices = {line.split(":")[0].strip() for line in shown.stdout.splitlines() if ":" in line}
    assert devices <= {"lo"} or shown.stdout.startswith("False"), shown


def test_it_is_told_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")

    assert ask._environment().keys() <= {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "OPENBLAS_NUM_THREADS"}


@pytest.mark.parametrize(("kind", "counts"), [("image", "'numpy'"), ("sound", "")])
def test_it_loads_no_model_and_no_database(kind: str, counts: str):
    """A sound is heard with numpy; a picture needs none."""
    look = (
        f"import sys, app.decoding.__main__ as child; child.main(child.job('rewrite', '{kind}', '1', '1.0'));"
        f"heavy = {{'torch', 'piccolo', 'litestar', 'asyncpg', {counts}}} & set(sys.modules); sys.exit(len(heavy))"
    )

    with open(os.devnull, "w+b") as nothing:
        done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, stdin=nothing, stdout=nothing, timeout=60)

    assert done.returncode == 0


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff\xe0", "image"), (b"RIFF\0\0\0\0WEBP", "image"),
        (b"RIFF\0\0\0\0WAVE", "sound"), (b"RIFF\0\0\0\0AVI ", None), (b"\xff\xfb\x90\0", "sound"),
        (b"\xff\xf1\x50\x80", "sound"), (b"\xff\xfeh\0t\0m\0", None), (b"\xff\xff\xff\xff", None),
        (b"\0\0\0\x18ftypM4A ", "sound"), (b"\0\0\0\x18ftypavif", None), (b"fLaC", "sound"), (b"", None),
    ],
)  # fmt: skip
def test_the_first_bytes_say_what_it_is(start: bytes, kind: str | None):
    assert signatures.kind_of(start.ljust(signatures.ENOUGH, b"\0") if start else start) == kind
