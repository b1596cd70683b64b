"""What all of this is made of, how long something known may wait, and by which standard it was looked at."""

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import distributions
from pathlib import Path

import pytest

from app import doctor, materials
from app.materials import Review
from tests.people import Browser
from tests.services import Services, run_app

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CHAPTERS = re.findall(r"^\| V(\d+) [^|]+\| (done|open|not applicable) \| (.+) \|$", SECURITY, re.M)


@pytest.mark.policy("P46")
def test_the_bill_of_materials_names_everything_that_is_here(services: Services):
    told = run_app("sbom")
    bill = json.loads(told.stdout)

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs)) and refs == sorted(refs)
    here = {f"pkg:pypi/{each.metadata['Name'].lower().replace('_', '-')}@{each.version}" for each in distributions()}
    assert here <= set(refs)
    htmx = next(each for each in bill["components"] if each["name"] == "htmx.org")
    assert re.fullmatch("[0-9a-f]{96}", htmx["components"][0]["hashes"][0]["content"])
    assert bill == materials.bill(), "the same twice is the same"


class Known(http.server.BaseHTTPRequestHandler):
    """OSV as far as we ask it: one package has something against it, published so many days ago."""

    days, severity = 0, "HIGH"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        self._say(
            {"results": [{"vulns": [{"id": "X-1"}]} if each["package"]["name"] == "leaky" else {} for each in asked]}
        )

    def do_GET(self) -> None:
        published = datetime.now(UTC) - timedelta(days=self.days)
        self._say({"id": "X-1", "published": published.isoformat(), "database_specific": {"severity": self.severity}})

    def _say(self, what: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())

    def log_message(self, *words: object) -> None:
        """Nothing."""


@pytest.fixture
def osv() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Known)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.policy("P46")
@pytest.mark.parametrize(
    ("severity", "days", "late"),
    [("CRITICAL", 6, 0), ("CRITICAL", 8, 1), ("HIGH", 29, 0), ("HIGH", 31, 1), ("LOW", 89, 0), ("", 91, 1)],
)
def test_something_known_that_waited_too_long_turns_it_red(
    osv: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, severity: str, days: int, late: int
):
    monkeypatch.setattr(Known, "days", days)
    monkeypatch.setattr(Known, "severity", severity)
    pins = tmp_path / "constraints.txt"
    pins.write_text("# pins\nsound==1.0\nleaky==2.0\n")
    command = [sys.executable, str(ROOT / "scripts" / "advisories.py"), "--source", osv, "--pins", str(pins)]

    told = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert told.returncode == late, told.stderr
    assert "leaky 2.0: X-1" in told.stdout and f"2 pins, 1 advisories, {late} of them later" in told.stdout


@pytest.mark.policy("P46")
@pytest.mark.parametrize(("days", "ok"), [(90, True), (91, False)])
def test_the_doctor_says_when_nobody_looked_for_long(monkeypatch: pytest.MonkeyPatch, days: int, ok: bool):
    looked = Review(datetime.now(UTC).date() - timedelta(days=days), "advisories", "nothing")
    monkeypatch.setattr(materials, "reviews", lambda: [looked])

    assert doctor._advisories().ok is ok


@pytest.mark.policy("P42")
@pytest.mark.policy("P46")
async def test_everybody_may_read_when_somebody_last_looked(visitor: Browser, monkeypatch: pytest.MonkeyPatch):
    diary = [Review(date(2026, 5, 1), "advisories", ""), Review(date(2026, 8, 1), "advisories", "")]
    monkeypatch.setattr(materials, "reviews", lambda: [*diary, Review(date(2026, 7, 9), "standard", "")])

    page = (await visitor.get("/trust")).text

    assert 'datetime="2026-08-01"' in page and 'datetime="2026-07-09"' in page and "2026-05-01" not in page


@pytest.mark.policy("P42")
def test_every_chapter_of_the_standard_stands_somewhere_and_what_is_done_is_shown_by_tests():
    assert [int(number) for number, _, _ in CHAPTERS] == list(range(1, 18))
    for number, stands, told in CHAPTERS:
        shown = re.findall(r"\]\(\.\./(tests/[\w/]+\.py)\)", told)
        assert shown or stands == "not applicable", f"V{number} is shown by nothing"
        assert all("def test_" in (ROOT / path).read_text() for path in shown)


@pytest.mark.policy("P47")
def test_what_is_open_is_said_and_so_is_what_to_do_when_something_happened():
    assert {stands for _, stands, _ in CHAPTERS} == {"done", "open", "not applicable"}
    assert "72 hours" in SECURITY and "nobody\nfrom outside has looked" in SECURITY
