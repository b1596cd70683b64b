"""What the software is made of, as CycloneDX has it, and when somebody last looked at it with a critical eye."""

import base64
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parent.parent
# Everything that is installed is compared with known advisories at least this often.
LOOKED_AT_EVERY = 90


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the diary reviews.toml."""

    on: date
    what: str
    "advisories or standard."
    found: str


@cache
def reviews() -> list[Review]:
    """The oldest first."""
    written = tomllib.loads((ROOT / "reviews.toml").read_text(encoding="utf-8"))
    return sorted(msgspec.convert(written.get("review", []), list[Review]), key=lambda review: review.on)


def last_review(what: str) -> Review | None:
    return next((review for review in reversed(reviews()) if review.what == what), None)


def bill() -> dict[str, Any]:
    """CycloneDX 1.6: every installed distribution, and the files that pages bring along. The same twice is the same."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = sorted([*_installed(), *_vendored()], key=lambda component: component["bom-ref"])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": ours["name"], "version": ours["version"]}},
        "components": components,
    }


def _installed() -> Iterator[dict[str, Any]]:
    named = {each.metadata["Name"].lower().replace("_", "-"): each for each in distributions()}
    for name, each in named.items():
        purl = f"pkg:pypi/{name}@{each.version}"
        yield {"type": "library", "bom-ref": purl, "name": name, "version": each.version, "purl": purl} | _licence(each)


def _licence(each: Distribution) -> dict[str, Any]:
    """As the package says it, in the newer way or in the older one."""
    for expression in each.metadata.get_all("License-Expression") or []:
        return {"licenses": [{"expression": expression}]}
    told = [word.rpartition(" :: ")[2] for word in each.metadata.get_all("Classifier") or [] if "License ::" in word]
    return {"licenses": [{"license": {"name": name}} for name in told]} if told else {}


def _vendored() -> Iterator[dict[str, Any]]:
    for each in json.loads((ROOT / "static" / "vendor" / "vendor.json").read_text(encoding="utf-8")):
        purl = f"pkg:npm/{each['name']}@{each['version']}"
        files = [{"type": "file", "name": name, "hashes": [{"alg": "SHA-384", "content": _hex(told)}]}
                 for name, told in sorted(each["files"].items())]  # fmt: skip
        yield {"type": "library", "bom-ref": purl, "name": each["name"], "version": each["version"], "purl": purl,
               "licenses": [{"expression": each["license"]}], "components": files}  # fmt: skip


def _hex(integrity: str) -> str:
    """As CycloneDX writes a hash; browsers have it in base64."""
    return base64.b64decode(integrity.partition("-")[2]).hex()
