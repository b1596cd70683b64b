"""What the tests show of the policy's promises, written to var/evidence.json, where `trust verify` reads it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app.promises import Evidence, texts

FILE = Path(__file__).parent.parent / "var" / "evidence.json"
SHIPPED = Path(__file__).parent.parent / "evidence.json"  # of the run before the release
_ran: dict[str, dict[str, bool]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Which promises a test is about travels with its report, from xdist's workers too."""
    report = yield
    report.user_properties += [("policy", id) for mark in item.iter_markers("policy") for id in mark.args]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        name = report.nodeid.partition("[")[0]
        for kind, id in report.user_properties:
            if kind == "policy":
                known = _ran.setdefault(str(id), {})
                known[name] = known.get(name, True) and report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run of all tests begins anew; one of a few says nothing about the others, and adds to what is known."""
    if not _ran or "PYTEST_XDIST_WORKER" in os.environ:
        return
    FILE.parent.mkdir(exist_ok=True)
    begin = None if _is_whole(session.config) else next((file for file in (FILE, SHIPPED) if file.exists()), None)
    known = msgspec.json.decode(begin.read_bytes(), type=dict[str, Evidence]) if begin else {}
    now = datetime.now(UTC)
    for id, ran in _ran.items():
        before = known.get(id, Evidence())
        failed = {*before.failed} - ran.keys() | {name for name, passed in ran.items() if not passed}
        known[id] = Evidence(sorted({*before.tests, *ran}), sorted(failed), now)
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode({id: known[id] for id in texts() if id in known})))


def _is_whole(config: pytest.Config) -> bool:
    chosen = config.option.keyword or config.option.markexpr or getattr(config.option, "lf", False)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen
