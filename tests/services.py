"""PostgreSQL and Redis from Debian's packages, started for tests on free ports with data that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.live_forge import free_port
from tools.browser import postgresql
from tools.needs import POSTGRESQL, REDIS, lack

START_TIME = 30
"""Seconds in which a service must answer."""


class ServiceMissing(Exception):
    """A service is not installed; the text says how to get it."""


@dataclass(frozen=True)
class Services:
    """Where they are."""

    postgresql: str
    """The address of the server, without a database's name."""
    redis: str
    redis_pid: int

    def environment(self, database: str) -> dict[str, str]:
        """The variables of an installation with a database of its own, which is made.

        It sorts as English does, as most installations' databases sort as a language does: what takes another order
        for granted is found.
        """
        sorting = "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        made = f'CREATE DATABASE "{database}" TEMPLATE template0 {sorting}'
        subprocess.run([_program("psql"), f"{self.postgresql}/postgres", "-qc", made], check=True)
        return {"DATABASE_URL": f"{self.postgresql}/{database}", "REDIS_URL": self.redis}


@contextmanager
def running_services(*, durable: bool = False) -> Iterator[Services]:
    """Both, until the end. `durable` waits for the disk as in life. Raises `ServiceMissing`."""
    with ExitStack() as stack:
        yield Services(stack.enter_context(_postgresql(durable)), *stack.enter_context(running_redis()))


def _program(name: str) -> str:
    folder = postgresql()
    if folder is None:
        raise ServiceMissing(lack(POSTGRESQL))
    return str(folder / name)


@contextmanager
def _postgresql(durable: bool) -> Iterator[str]:
    initdb, server = _program("initdb"), _program("postgres")
    # It refuses to run as root, so it runs as the user that Debian's package made.
    user = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="forge-postgresql-") as name:
        if user:
            shutil.chown(name, user)
        data, port = Path(name) / "data", free_port()
        command = [initdb, "--pgdata", str(data), "--username", "forge", "--auth", "trust", "--no-sync"]
        subprocess.run(command, check=True, user=user, cwd=name, stdout=subprocess.DEVNULL)
        given = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": name, "timezone": "UTC"}
        if not durable:
            given |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for key, value in given.items() for part in ("-c", f"{key}={value}")]
        with (Path(name) / "log").open("wb") as log:
            process = subprocess.Popen(
                [server, "-D", str(data), *options], user=user, cwd=name, stdout=log, stderr=log, start_new_session=True
            )
        try:
            _until([_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], Path(name) / "log", process)
            yield f"postgresql://forge@127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                # Connections are still open: nobody needs the data any more.
                process.send_signal(3)
                process.wait(20)


@contextmanager
def running_redis() -> Iterator[tuple[str, int]]:
    """A Redis with nothing in it: its address and its process. Raises `ServiceMissing`."""
    server = shutil.which("redis-server")
    if server is None:
        raise ServiceMissing(lack(REDIS))
    with TemporaryDirectory(prefix="forge-redis-") as name:
        port = free_port()
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", name]
        with (Path(name) / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            _until(["redis-cli", "-p", str(port), "ping"], Path(name) / "log", process)
            yield f"redis://127.0.0.1:{port}/0", process.pid
        finally:
            process.terminate()
            process.wait(20)


def _until(question: list[str], log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIME
    while subprocess.run(question, capture_output=True, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{question[0]} says that it is not there: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)  # a service that starts has no other way to be waited for
