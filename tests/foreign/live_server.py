"""Forge as people start it: `manage.py serve` as a process, on a free port, with data in a folder of its own.

It can be killed and started again on the same data. Whoever starts it is signed in by the link that it prints.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT = 60.0
"""Seconds until the server must say where it is."""


class LiveServer:
    """One installation. A context manager: leaving it ends the server."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> LiveServer:
        try:
            self.sign_in(self.start())
        except BaseException:
            self.http.close()
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> str:
        """Starts the server and gives what it prints, up to the line with its address."""
        kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        environment = kept | {"DATA_DIR": str(self.data), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        with (self.data.parent / f"{self.data.name}.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=REPOSITORY,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        printed = ""
        for line in self._process.stdout:
            printed += line
            if "Open http" in line:
                return printed
        self.kill()
        raise AssertionError(f"the server did not start: {printed}{self.log()}")

    def log(self) -> str:
        """What the server wrote on stderr."""
        return (self.data.parent / f"{self.data.name}.log").read_text()

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Ctrl-C."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._end()

    def _end(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait()
        self._process.stdout.close()
        self._process = None

    # What a person does

    def sign_in(self, printed: str) -> None:
        """Uses the printed link as the page's script does."""
        match = re.search(r"/sign-in#token=(\S+)", printed)
        assert match, printed
        self.http.get("/sign-in")
        answer = self.http.post(
            "/sign-in", data={"token": match[1], "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        )
        assert answer.status_code == 302, answer.text

    def api(self, method: str, path: str, **arguments: Any) -> Any:
        """A call of the API in the person's session; answers its JSON."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": self.url}
        answer = self.http.request(method, f"/api/v1/{path}", headers=headers, **arguments)
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def organisation(self) -> str:
        """The first person's organisation."""
        match = re.search(r'href="/([a-z0-9-]+)"', self.http.get("/").text)
        assert match
        return match[1]

    def token(self, *scopes: str) -> str:
        """A new token of the person."""
        made = self.api("POST", "tokens", json={"name": "test", "scopes": list(scopes) or ["registry"]})
        secret: str = made["token"] if "token" in made else made["secret"]
        return secret

    def until(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """Asks again until the answer is true; gives it."""
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            assert time.monotonic() < deadline, f"this took too long; the server said: {self.log()[-4000:]}"
            time.sleep(0.05)
        return answer

    def build(self, project: str) -> Any:
        """Presses Build and waits for the end."""
        pressed = self.api("POST", f"projects/{project}/builds")
        return self.until(lambda: _ended(self.api("GET", f"builds/{pressed['id']}")))


def _ended(build: Any) -> Any:
    return build if build["state"] not in ("queued", "running") else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
