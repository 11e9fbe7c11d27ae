"""A connection to the broker, which one worker keeps. It comes back by itself when it was lost."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from forge.fleet.doorbell.commands import COMMANDS, RESPONSES, Command
from hmrd.protocol.doorbell import LARGEST_ENVELOPE, REPORT_TOPICS, bell_topic

_SECONDS: Final = 10.0
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_MOST_WAITING: Final = 1000
"""Reports that wait to be taken; devices send those that are dropped over HTTPS."""


class BrokerAway(Exception):
    """The broker does not answer, or the connection is not there yet."""


class DoorbellBroker:
    """The broker, as the server uses it."""

    def __init__(self, url: str, credentials: Path) -> None:
        """Raises `BrokerAway` where the credentials cannot be read."""
        try:
            self.user, _, password = credentials.read_text("utf-8").strip().partition(":")
        except (OSError, ValueError) as error:
            raise BrokerAway(f"{credentials} cannot be read: {error}.") from None
        self._responses: queue.SimpleQueue[Sequence[Mapping[str, Any]]] = queue.SimpleQueue()
        self._reports: queue.Queue[tuple[str, bytes]] = queue.Queue(_MOST_WAITING)
        self._ready = threading.Event()
        self._client = self._new_client(url, password)
        parts = urlsplit(url)
        self._client.connect_async(parts.hostname, parts.port or _PORTS[parts.scheme])
        self._client.loop_start()

    def require_ready(self) -> None:
        """Raises `BrokerAway` while there is no connection."""
        if not self._ready.wait(_SECONDS):
            raise BrokerAway("The broker of the doorbell does not answer.")

    def command(self, commands: Sequence[Command]) -> Sequence[Mapping[str, Any]]:
        """Has the broker's plug-in carry out commands. Returns its responses. Raises `BrokerAway`."""
        while not self._responses.empty():
            self._responses.get()
        self._publish(COMMANDS, json.dumps({"commands": commands}).encode())
        try:
            return self._responses.get(timeout=_SECONDS)
        except queue.Empty:
            raise BrokerAway("The broker's dynamic-security plug-in does not answer.") from None

    def ring(self, device: str) -> None:
        """Rings the bell of a device: a message without content, which the broker does not keep. Raises
        `BrokerAway`."""
        self._publish(bell_topic(device), b"")

    def reports(self) -> list[tuple[str, bytes]]:
        """Takes the reports that came, each with its topic."""
        taken: list[tuple[str, bytes]] = []
        while not self._reports.empty():
            taken.append(self._reports.get())
        return taken

    def close(self) -> None:
        """Leaves the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, topic: str, content: bytes) -> None:
        message = self._client.publish(topic, content, qos=1)
        try:
            message.wait_for_publish(_SECONDS)
            is_published = message.is_published()
        except (ValueError, RuntimeError):
            is_published = False
        if not is_published:
            raise BrokerAway("The broker of the doorbell did not confirm a message.")

    def _new_client(self, url: str, password: str) -> Any:
        # The library is an extra: a server without a doorbell does without it.
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.username_pw_set(self.user, password)
        if url.startswith("mqtts:"):
            client.tls_set()
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._took
        client.reconnect_delay_set(1, 30)
        return client

    def _connected(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            client.subscribe([(RESPONSES, 1), (REPORT_TOPICS, 1)])
            self._ready.set()

    def _disconnected(self, *_: Any) -> None:
        self._ready.clear()

    def _took(self, _client: Any, _data: Any, message: Any) -> None:
        if message.topic == RESPONSES:
            self._responses.put(json.loads(message.payload).get("responses", []))
        elif len(message.payload) <= LARGEST_ENVELOPE and not self._reports.full():
            self._reports.put((message.topic, bytes(message.payload)))
