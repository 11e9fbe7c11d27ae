"""Listens for the bell at the broker of `hmrd.toml`, which makes the device poll sooner. Nothing is missed without."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from hmrd.config.model import DoorbellConfig
from hmrd.network.http import ServerFailed
from hmrd.protocol.doorbell import DoorbellAccount, bell_topic

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 3600.0
_SECONDS: Final = 20.0


class DoorbellFailed(Exception):
    """The bell cannot be heard now."""


class DoorbellListener:
    """A thread that keeps a connection to the broker. `account` asks the server for user and password, and returns None
    where the device belongs to no organisation; `ring` is called for each bell, and once the device can hear it."""

    def __init__(
        self,
        config: DoorbellConfig,
        account: Callable[[], DoorbellAccount | None],
        ring: Callable[[], None],
        log: Callable[[str], None],
    ) -> None:
        self._config, self._account, self._ring, self._log = config, account, ring, log
        self._stopped, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the connection."""
        self._stopped.set()
        self._lost.set()
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        wait, told = _FIRST_WAIT, ""
        while not self._stopped.is_set():
            try:
                self._listen()
                wait, told = _FIRST_WAIT, ""
            except (DoorbellFailed, ServerFailed) as error:
                if str(error) != told:
                    told = str(error)
                    self._log(f"The doorbell cannot be heard, and the device polls: {told}")
            self._stopped.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _listen(self) -> None:
        """Hears the bell until the connection is lost. Raises `DoorbellFailed` and `ServerFailed`."""
        account = self._account()
        if account is None:
            raise DoorbellFailed("The device belongs to no organisation.")
        self._lost.clear()
        ready, refusals = threading.Event(), list[str]()
        client = self._new_client(account, ready, refusals)
        parts = urlsplit(self._config.url)
        try:
            client.connect(parts.hostname, parts.port or _PORTS[parts.scheme], keepalive=60)
        except (OSError, ValueError) as error:
            raise DoorbellFailed(f"{self._config.url} did not answer: {error}.") from None
        client.loop_start()
        try:
            if not ready.wait(_SECONDS) or refusals:
                raise DoorbellFailed(f"{self._config.url} refuses: {''.join(refusals) or 'no answer came'}.")
            # What was wanted while nobody listened.
            self._ring()
            self._lost.wait()
        finally:
            client.disconnect()
            client.loop_stop()

    def _new_client(self, account: DoorbellAccount, ready: threading.Event, refusals: list[str]) -> Any:
        try:
            # The library is an extra, and few devices need it.
            from paho.mqtt.client import Client, MQTTv5
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError:
            raise DoorbellFailed("It needs the package paho-mqtt: install hammer-forge-hmrd[mqtt].") from None
        topic = bell_topic(account.user)

        def connected(client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            if reason.is_failure:
                refusals.append(str(reason))
                ready.set()
            else:
                client.subscribe(topic, 1)

        def subscribed(_client: Any, _data: Any, _message: Any, reasons: Any, _properties: Any) -> None:
            refusals.extend(str(each) for each in reasons if each.is_failure)
            ready.set()

        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
        client.username_pw_set(account.user, account.password)
        if self._config.url.startswith("mqtts:"):
            try:
                client.tls_set(self._config.ca or None)
            except (OSError, ValueError) as error:
                raise DoorbellFailed(f"The certificates in {self._config.ca} cannot be read: {error}.") from None
        client.on_connect, client.on_subscribe = connected, subscribed
        client.on_disconnect = lambda *_: self._lost.set()
        client.on_message = lambda *_: self._ring()
        return client
