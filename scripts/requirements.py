"""Print what pyproject.toml pins for the named groups, one to a line, for pip's -r: `core`, `worker`, `dev`, ..."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
groups = {"core": project["dependencies"], **project["optional-dependencies"]}

for name in sys.argv[1:]:
    print(*groups[name], sep="\n")
