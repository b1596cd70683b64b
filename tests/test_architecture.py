"""What the shape of the code promises: a light web process, handlers that wait for something, files one can read."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.main import create_app
from app.roles import Power

ROOT = Path(__file__).parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))
OURS = sorted(path for folder in ("app", "tests", "migrations", "scripts") for path in (ROOT / folder).rglob("*.py"))
HEAVY = ("torch", "diffusers", "transformers", "xformers", "numpy")
DOORS = {"get", "post", "put", "patch", "delete", "websocket", "websocket_listener"}
BLOCKING = {"open", "time.sleep", "subprocess.run", "subprocess.check_output", "os.system", "urlopen"}
MOST_LINES, TINY = 300, 30

LOOK = f"""
import sys
import app.main
app.main.create_app()
found = [name for name in {HEAVY!r} if name in sys.modules]
assert "litestar" in sys.modules
sys.exit(f"the web process imports {{found}}" if found else 0)
"""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def handlers() -> Iterator[tuple[str, ast.AsyncFunctionDef | ast.FunctionDef]]:
    for path in APP:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                calls = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
                if any(isinstance(call, ast.Name) and call.id in DOORS for call in calls):
                    yield f"{name_of(path)}:{node.lineno} {node.name}", node


def waits(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Await | ast.AsyncFor | ast.AsyncWith) for each in ast.walk(node))


def test_the_web_process_imports_no_model(services: object):
    looked = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert looked.returncode == 0, looked.stderr


def test_every_door_is_asynchronous():
    """A plain function would be run in a thread or block the loop; none of ours needs either."""
    assert [where for where, node in handlers() if isinstance(node, ast.FunctionDef)] == []


def test_no_door_pretends_to_wait():
    """Those that have nothing to wait for only hand out what is in memory; whoever adds one says so here."""
    found = dict(handlers())
    still = {where.split()[-1] for where, node in found.items() if not waits(node)}

    assert len(found) > 50, "the doors are not found any more"
    assert still == {
        "static",
        "robots",
        "live",
        "list_models",
        "nothing",
        "gpc",
        "service_worker",
        "credits_page",
        "to_clerk",
    }


def test_every_door_says_who_may():
    """In its `may=` or in its router's: one that says nothing answers 404 to everybody."""
    untold = [
        path
        for route in create_app().routes
        for path, handler in [(route.path, each) for each in getattr(route, "route_handlers", ())]
        if handler.opt.get("may") not in set(Power) and handler.http_methods != {"OPTIONS"}
    ]

    assert set(untold) == set()


def test_nothing_blocks_the_loop_where_people_wait():
    doors = [path for path in APP if path.parent.name in {"routes", "domain", "realtime"}]
    calls = [(path, each) for path in doors for each in ast.walk(ast.parse(path.read_text()))]
    called = {(ast.unparse(each.func), name_of(path)) for path, each in calls if isinstance(each, ast.Call)}

    assert len(doors) > 25 and len(called) > 500
    assert {each for each in called if each[0] in BLOCKING or each[0].endswith((".read_bytes", ".read_text"))} == set()


def test_threads_are_started_in_few_places():
    """A thread hides what waits for what. Hashing, working and looking after processes are the reasons we have."""
    found = {name_of(path) for path in APP if "asyncio.to_thread" in path.read_text()}

    assert "app/domain/passwords.py" in found
    assert {where for where in found if not where.startswith("app/workers/")} <= {
        "app/domain/passwords.py", "app/supervisor.py",
    }  # fmt: skip


def test_every_module_says_what_it_is_for():
    untold = [
        name_of(path)
        for path in OURS
        if len(path.read_text().splitlines()) > TINY and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    # Tables and their columns speak for themselves.
    assert [where for where in untold if not where.startswith("app/models/") and "conftest" not in where] == []


def test_no_file_is_longer_than_one_can_hold_in_mind():
    long = {name_of(path): len(path.read_text().splitlines()) for path in OURS}

    assert {where: lines for where, lines in long.items() if lines > MOST_LINES} == {}
    assert sorted(len(path.read_text().splitlines()) for path in APP)[len(APP) // 2] < 80


def test_migrations_do_not_lean_on_tables_that_change():
    for path in (ROOT / "migrations").glob("*.py"):
        assert "app.models" not in path.read_text().replace("import app.models:", ""), path
