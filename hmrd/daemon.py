"""The daemon: one loop, in whose thread all machines take their events, one after the other."""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

from hmrd.config.files import LoadedConfig, load_config
from hmrd.config.model import Origin
from hmrd.control.actions import Actions
from hmrd.control.readiness import announce_ready
from hmrd.control.socket import ControlServer
from hmrd.control.status import status_of
from hmrd.network.doorbell import DoorbellListener
from hmrd.protocol.doorbell import DoorbellAccount
from hmrd.protocol.reports import EventKind
from hmrd.reporting import note
from hmrd.service.device import LocalDevice
from hmrd.service.rune_service import RETRY_SAVING, RuneService
from hmrd.storage.files import StorageFailed, read_file, write_file
from hmrd.storage.folder import StateFolder
from hmrd.storage.log import RingLog, fault_text

T = TypeVar("T")

_CLEAN_EVERY: Final = 3600.0
"""Seconds between two looks for recordings whose end came."""


class Daemon:
    """A daemon with its folder. It has the form of `hmrd.control.actions.ActionsHost`."""

    def __init__(self, folder: StateFolder, config_path: Path, log: RingLog | None = None) -> None:
        """Raises `FolderInUse` and `StorageFailed`."""
        self._lock = folder.lock()
        self._config_path = config_path
        self._last_good = folder.root / "hmrd.toml.last-good"
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._is_over = False
        self._loaded = load_config(config_path, read_file(self._last_good))
        self.device = LocalDevice(folder, self._loaded.config, log or RingLog(folder.log))
        self.device.restart_all = lambda: self.schedule(self._restart_all)
        self._services: dict[str, RuneService] = {}
        self._next_cleaning = 0.0
        self._doorbell: DoorbellListener | None = None

    def run(self) -> None:
        """Runs until it is stopped."""
        self.device.log.write(f"{self.device.agent} started.")
        self._keep_config(self._loaded)
        control = ControlServer(self.device.folder.socket, Actions(self).answer)
        try:
            self._start_services()
            self._start_doorbell()
            announce_ready()
            while not self._is_over:
                self._take_next()
        finally:
            if self._doorbell is not None:
                self._doorbell.close()
            for service in self._services.values():
                service.close()
            control.close()
            self.device.folder.socket.unlink(missing_ok=True)
            self.device.log.write(f"{self.device.agent} stopped.")

    def listen_to_signals(self) -> None:
        """Stops with SIGTERM and SIGINT, and reads its configuration again with SIGHUP."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        def reload(_number: int, _frame: FrameType | None) -> None:
            self.schedule(self.reload)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, reload)

    def stop(self) -> None:
        """Ends the loop."""

        def end() -> None:
            self._is_over = True

        self.schedule(end)

    def schedule(self, function: Callable[[], None]) -> None:
        """Has the loop call a function."""
        self._inbox.put(function)

    def call(self, function: Callable[[], T]) -> T:
        """Calls a function in the thread of the loop, and returns or raises what it does."""
        future: Future[T] = Future()

        def called() -> None:
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        self.schedule(called)
        return future.result()

    def service(self, name: str | None) -> RuneService | None:
        """Returns the rune of a name. Without one that of the server, or else the only one."""
        services = list(self._services.values())
        if name is not None:
            return self._services.get(name)
        of_server = [each for each in services if each.config.origin is Origin.SERVER]
        return of_server[0] if of_server else services[0] if len(services) == 1 else None

    def status(self) -> dict[str, Any]:
        """Returns the answer to `hmrd status`."""
        return status_of(self.device, list(self._services.values()), self._loaded.errors)

    def reload(self) -> None:
        """Reads the configuration again. One with a wrong line changes nothing."""
        loaded_config = load_config(self._config_path, self._loaded.text.encode())
        self._keep_config(loaded_config)
        is_same = loaded_config.config == self._loaded.config
        self._loaded = loaded_config
        if loaded_config.errors or is_same:
            return
        self.device.config = loaded_config.config
        self.device.connect()
        self._start_services()
        self._start_doorbell()
        for service in self._services.values():
            service.machine = note(service.machine, EventKind.CONFIG_CHANGED, self.device.clock.now())
            service.tick()

    def _start_services(self) -> None:
        """Has the runes of the configuration run, and no others. One whose lines did not change runs on."""
        configs = {each.name: each for each in self.device.config.runes}
        for name, service in list(self._services.items()):
            if configs.get(name) != service.config:
                self._services.pop(name).close()
        for name, config in configs.items():
            if name not in self._services:
                self._services[name] = RuneService(config, self.device, self.schedule)
                self._services[name].start()

    def _start_doorbell(self) -> None:
        """Listens at the broker of the configuration, and at no other."""
        if self._doorbell is not None:
            self._doorbell.close()
        config = self.device.config.doorbell
        listener = DoorbellListener(config, self._account, self._ring, self.device.log.write) if config else None
        self._doorbell = listener

    def _account(self) -> DoorbellAccount | None:
        connection = self.device.connection
        return None if connection is None else connection.client.doorbell()

    def _ring(self) -> None:
        """A bell rang, in the thread of the doorbell."""
        self.schedule(self._poll_all)

    def _poll_all(self) -> None:
        for service in self._services.values():
            service.ring()

    def _keep_config(self, loaded_config: LoadedConfig) -> None:
        for error in loaded_config.errors:
            self.device.log.write(f"config-wrong: {self._config_path}, {error}")
        if loaded_config.errors or read_file(self._last_good) == loaded_config.text.encode():
            return
        try:
            write_file(self._last_good, loaded_config.text.encode(), mode=0o600)
        except StorageFailed as error:
            self.device.log.write(error.problem.detail)

    def _restart_all(self) -> None:
        for service in self._services.values():
            service.stop_rune()

    def _take_next(self) -> None:
        """Waits for what happens next, or for the time at which something is to be done."""
        try:
            function: Callable[[], None] | None = self._inbox.get(timeout=self._wait())
        except queue.Empty:
            function = None
        self._guarded(function if function is not None else self._pass_time)

    def _wait(self) -> float:
        now = self.device.clock.now()
        times = [each.wake for each in self._services.values() if each.wake is not None]
        counts = [each.next_count for each in self._services.values()]
        return max(0.0, min([*times, *counts, self._next_cleaning]) - now)

    def _pass_time(self) -> None:
        now = self.device.clock.now()
        if now >= self._next_cleaning:
            self._next_cleaning = now + _CLEAN_EVERY
            for session in self.device.recordings.delete_expired(now):
                self.device.log.write(f"The recordings of session {session.id} ended and were deleted.")
        for service in list(self._services.values()):
            if service.next_count <= now:
                service.count()
            if service.wake is not None and service.wake <= now:
                service.tick()

    def _guarded(self, function: Callable[[], None]) -> None:
        """Calls a function. A fault of the daemon must not end the runes that run."""
        try:
            function()
        except StorageFailed as error:
            self.device.log.write(error.problem.detail)
            self._try_again_later()
        except Exception as error:
            self.device.log.write(f"unexpected: {fault_text(error)}")
            self._try_again_later()

    def _try_again_later(self) -> None:
        later = self.device.clock.now() + RETRY_SAVING
        for service in self._services.values():
            service.wake = later if service.wake is None else max(service.wake, later)
