"""What the pages are made of: nothing inline, nothing that leans left or right, nothing vendored that was changed."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# Mails are read by programs without style sheets and without a policy; all else is a page.
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "mail")
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
VENDOR = ROOT / "static" / "vendor"

INLINE = re.compile(r"\s(?:style|on[a-z]+|hx-on[^=\s]*)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
PHYSICAL = re.compile(
    r"\b(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|(?<![-\w])(?:left|right|top|bottom|width|height)\s*:"
    r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_needs_an_exception_from_the_content_security_policy(path):
    assert not INLINE.search(path.read_text())


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_the_look_reads_in_both_directions(path):
    rules = re.sub(r"/\*.*?\*/|@media[^{]*|\([^()]*\)", "", path.read_text(), flags=re.DOTALL)

    assert PHYSICAL.findall(rules) == []


def test_vendored_files_are_what_their_packages_held():
    for package in json.loads((VENDOR / "vendor.json").read_text()):
        folder = VENDOR / f"{package['name']}-{package['version']}"
        found = {
            path.name: "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
            for path in folder.iterdir()
        }
        assert found == package["files"], package["name"]
        assert "LICENSE" in found


def test_every_sentence_has_its_arabic():
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "translations.py", "check"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
