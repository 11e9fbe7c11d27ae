"""PostgreSQL and Redis from Debian's packages, started for tests on free ports with data that is thrown away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.servers.empty_database import migrate, shared_folder
from tests.support.servers.live_forge import free_port
from tools.browser import postgresql
from tools.needs import POSTGRESQL, REDIS, lack

START_TIME = 30
"""Seconds in which a service must answer."""


class ServiceMissing(Exception):
    """A service is not installed; the text says how to get it."""


class ServiceProcess:
    """A service's process. It can be ended and started again at its port; PostgreSQL keeps its data, Redis none."""

    def __init__(self, command: list[str], folder: Path, question: list[str], user: str | None = None) -> None:
        """`question` is a command that succeeds once the service answers."""
        self._command = command
        self._folder = folder
        self._question = question
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers."""
        log = self._folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command, user=self._user, cwd=self._folder, stdout=out, stderr=out, start_new_session=True
            )
        _until(self._question, log, self._process)

    def stop(self) -> None:
        """Ends it at once; its clients lose their connections."""
        assert self._process is not None
        # For PostgreSQL that is the fast one of its ways to end: it waits for no client.
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)


@dataclass(frozen=True)
class Services:
    """The addresses and processes of the services."""

    postgresql: str
    """The address of the server, without a database's name."""
    redis: str
    postgresql_server: ServiceProcess
    redis_server: ServiceProcess

    @property
    def redis_pid(self) -> int:
        return self.redis_server.pid

    def environment(self, database: str) -> dict[str, str]:
        """The variables of an installation with a database of its own, which has its tables and nothing else."""
        variables = self.empty_environment(database)
        command = [program("psql"), variables["DATABASE_URL"], "-qXf", str(self._tables())]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return variables

    def empty_environment(self, database: str) -> dict[str, str]:
        """The variables of an installation with a database of its own, which has no tables yet.

        It sorts as English does, as most installations' databases sort as a language does: what takes another order
        for granted is found.
        """
        sorting = "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        statement = f'CREATE DATABASE "{database}" TEMPLATE template0 {sorting}'
        subprocess.run([program("psql"), f"{self.postgresql}/postgres", "-qXc", statement], check=True)
        return {"DATABASE_URL": f"{self.postgresql}/{database}", "REDIS_URL": self.redis}

    def _tables(self) -> Path:
        """The statements that make the tables: to start the program for it takes twenty times as long."""
        name = "tables.sql"

        def make(folder: Path) -> None:
            variables = self.empty_environment("tables")
            migrate(variables | {"DATA_DIR": str(folder)})
            dump = [program("pg_dump"), "--no-owner", "--file", str(folder / name), variables["DATABASE_URL"]]
            subprocess.run(dump, check=True)

        return shared_folder("postgresql", make) / name


@contextmanager
def running_services(*, durable: bool = False) -> Iterator[Services]:
    """Runs both until the end. `durable` waits for the disk as in life. Raises `ServiceMissing`."""
    with ExitStack() as stack:
        postgresql_address, postgresql_server = stack.enter_context(_postgresql(durable))
        redis_address, redis_server = stack.enter_context(running_redis())
        yield Services(postgresql_address, redis_address, postgresql_server, redis_server)


def program(name: str) -> str:
    """Returns the path of a program of PostgreSQL. Raises `ServiceMissing`."""
    folder = postgresql()
    if folder is None:
        raise ServiceMissing(lack(POSTGRESQL))
    return str(folder / name)


@contextmanager
def _postgresql(durable: bool) -> Iterator[tuple[str, ServiceProcess]]:
    initdb, postgres = program("initdb"), program("postgres")
    # It refuses to run as root, so it runs as the user that Debian's package made.
    user = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="forge-postgresql-") as name:
        if user:
            shutil.chown(name, user)
        data, port = Path(name) / "data", free_port()
        command = [initdb, "--pgdata", str(data), "--username", "forge", "--auth", "trust", "--no-sync"]
        subprocess.run(command, check=True, user=user, cwd=name, stdout=subprocess.DEVNULL)
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": name, "timezone": "UTC"}
        if not durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        question = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        server = ServiceProcess([postgres, "-D", str(data), *options], Path(name), question, user)
        server.start()
        try:
            yield f"postgresql://forge@127.0.0.1:{port}", server
        finally:
            server.stop()


@contextmanager
def running_redis() -> Iterator[tuple[str, ServiceProcess]]:
    """A Redis with nothing in it: its address and its process. Raises `ServiceMissing`."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing(lack(REDIS))
    with TemporaryDirectory(prefix="forge-redis-") as name:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", name]
        server = ServiceProcess(command, Path(name), ["redis-cli", "-p", str(port), "ping"])
        server.start()
        try:
            yield f"redis://127.0.0.1:{port}/0", server
        finally:
            server.stop()


def _until(question: list[str], log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIME
    while subprocess.run(question, capture_output=True, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{question[0]} says that it is not there: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)  # a service that starts has no other way to be waited for
