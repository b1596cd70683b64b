"""What an operator is told is what there is."""

import ast
import itertools
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import msgspec
import yaml

from app.cli import cli
from app.settings import Settings

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", OPERATIONS, re.MULTILINE))


def test_every_setting_is_documented_with_its_default():
    def told(value: object) -> str:
        if isinstance(value, bool):
            return f"`{str(value).lower()}`"
        return f"`{value:g}`" if isinstance(value, int | float) else f"`{value}`" if str(value) else "empty"

    there = {field.name.upper(): told(field.default) for field in msgspec.structs.fields(Settings)}

    assert there == ROWS


def test_every_command_that_stays_is_documented():
    parts = {"studio", "web", "worker", "housekeeping", "migrate", "doctor"}

    assert parts <= set(cli.commands)
    assert all(f"`python -m app {name}`" in OPERATIONS for name in parts)


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} points at {target}"


def test_headings_that_are_linked_exist():
    anchors = {
        re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall("^#+ (.+)$", OPERATIONS, re.M)
    }

    assert set(re.findall(r"\]\(#([^)]+)\)", OPERATIONS)) <= anchors


def test_the_release_is_the_newest_in_the_changelog():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)

    assert released[0] == version


def test_compose_gives_only_settings_that_exist():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    known = {name.upper() for name in Settings.__struct_fields__}

    for name in ("web", "worker", "housekeeping", "migrate"):
        given = set(compose["services"][name]["environment"])
        assert {setting for setting in given - known if not setting.startswith("AWS_")} == set()
    assert {"postgres", "valkey", "proxy"} <= set(compose["services"])


def test_every_target_of_make_explains_itself():
    makefile = (ROOT / "Makefile").read_text()

    for target in ("run", "test", "check", "bench", "train", "help", "clean"):
        assert re.search(rf"^{target}:.*## \w", makefile, re.M)


def pins() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    found = [re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", requirement) for requirement in requirements]
    return {plain(match[1]): match[2] for match in found if match}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_pinned_agrees_with_the_constraints():
    lines = [line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line]
    constraints = {plain(name): version for name, version in lines}

    assert pins() == {name: constraints[name] for name in pins()}


def test_what_is_imported_is_pinned():
    """Whatever the code imports by name is a dependency by name, and not a guest of somebody else's."""
    files = [
        path for folder in ("app", "bench", "scripts", "tests", "training") for path in ROOT.glob(f"{folder}/**/*.py")
    ]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    imported = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {
        str(node.module).split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and not node.level
    }
    ours = {"app", "bench", "migrations", "scripts", "tests", "training"} | set(sys.stdlib_module_names)
    brought_by = {"socketio": ["python-socketio"]} | packages_distributions()  # installed for benches only

    unpinned = {
        name for name in imported - ours if not {plain(by) for by in brought_by.get(name, [name])} & pins().keys()
    }

    assert unpinned == set()
