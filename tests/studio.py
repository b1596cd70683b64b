"""A real studio for tests that need sockets, browsers or violence: web and worker as processes of their own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from subprocess import Popen, TimeoutExpired

import httpx
import pytest

from app.embedded import free_port
from tests.services import Services, start_app

WEB, WORKER, HOUSEKEEPING = "web", "worker", "housekeeping"


class Studio:
    """Processes by name; several of a kind are `worker`, `worker-2` and so on."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        self.processes: dict[str, Popen[bytes]] = {}

    def start(self, name: str, **env: str) -> None:
        # All people of a test live at one address: tests/test_limits.py is about what that would cost.
        env = {"PORT": str(self.port), "PUBLIC_URL": self.base_url, "RATE_LIMITS": "0"} | env
        self.processes[name] = start_app(name.partition("-")[0], env=env, log=self.folder / f"{name}.log")

    def pid(self, name: str) -> int:
        return self.processes[name].pid

    def send(self, name: str, signal: Signals) -> None:
        self.processes[name].send_signal(signal)

    def kill(self, name: str) -> None:
        """Without warning, as a failing machine would."""
        self.send(name, SIGKILL)
        self.processes[name].wait()

    def stop(self, name: str) -> None:
        self.send(name, SIGTERM)
        try:
            self.processes[name].wait(15)
        except TimeoutExpired:
            self.kill(name)

    def wait_until_ready(self, patience: float = 60) -> None:
        """The database, Valkey and the storage answer, and a worker has been seen."""
        self._wait("/health/ready", patience)

    def wait_until_live(self, patience: float = 30) -> None:
        self._wait("/health/live", patience)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                self.kill(name)

    def _wait(self, path: str, patience: float) -> None:
        """With one client: a new one reads everybody's certificates first, and takes the processor from who starts."""
        deadline = time.monotonic() + patience
        answer = "nothing"
        with httpx.Client(base_url=self.base_url, timeout=5, trust_env=False) as http:
            while time.monotonic() < deadline:
                self._see_that_all_live()
                try:
                    response = http.get(path)
                except httpx.TransportError as error:
                    answer = repr(error)
                else:
                    if response.status_code == 200:
                        return
                    answer = f"{response.status_code} {response.text}"
                time.sleep(0.05)
        raise AssertionError(f"{path} answered {answer}\n{self._logs()}")

    def _see_that_all_live(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}\n{self.log(name)}")

    def _logs(self) -> str:
        return "\n".join(f"== {name}\n{self.log(name)[-4000:]}" for name in self.processes)


@pytest.fixture(scope="module")
def start_studio(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Studio]]:
    """Start a studio of the named processes on a free port: `start_studio("web", "worker")`."""
    started: list[Studio] = []

    def start(*names: str, **env: str) -> Studio:
        folder = tmp_path_factory.mktemp("studio")
        studio = Studio(folder, free_port(folder))
        started.append(studio)
        for name in names or (WEB, WORKER):
            studio.start(name, **env)
        return studio

    yield start
    for studio in started:
        studio.close()


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    """Web and one worker, ready. It shares the database and Valkey with the test process."""
    studio = start_studio(WEB, WORKER)
    studio.wait_until_ready()
    return studio
