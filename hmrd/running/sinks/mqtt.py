"""Publishes each answer under a topic of a broker, by MQTT 5, at least once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hmrd.config.model import SinkConfig
from hmrd.running.sinks.queue import AnswerRefused, DeliveryFailed

_SECONDS: Final = 20.0
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class MqttSink:
    """A topic of a broker."""

    def __init__(self, config: SinkConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: Any = None

    def deliver(self, answer: bytes) -> None:
        """Publishes an answer, and waits until the broker has it."""
        client = self._connected()
        try:
            message = client.publish(self._config.topic, answer, qos=1)
            message.wait_for_publish(_SECONDS)
            is_published = message.is_published()
        except (ValueError, RuntimeError) as error:
            self.close()
            raise DeliveryFailed(f"The broker took no answer: {error}.") from None
        if not is_published:
            self.close()
            raise DeliveryFailed(f"{self._config.url} did not confirm an answer.")

    def close(self) -> None:
        """Leaves the broker."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _connected(self) -> Any:
        with self._lock:
            if self._client is not None and self._client.is_connected():
                return self._client
        self.close()
        client = self._new_client()
        ready = threading.Event()
        refusals: list[str] = []

        def connected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            if reason.is_failure:
                refusals.append(str(reason))
            ready.set()

        client.on_connect = connected
        parts = urlsplit(self._config.url)
        try:
            client.connect(parts.hostname, parts.port or _PORTS[parts.scheme])
        except (OSError, ValueError) as error:
            raise DeliveryFailed(f"{self._config.url} did not answer: {error}.") from None
        client.loop_start()
        if not ready.wait(_SECONDS) or refusals:
            client.loop_stop()
            raise DeliveryFailed(f"{self._config.url} refuses: {''.join(refusals) or 'no answer came'}.")
        with self._lock:
            self._client = client
        return client

    def _new_client(self) -> Any:
        try:
            # The library is an extra, and few devices need it.
            from paho.mqtt.client import Client, MQTTv5
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError:
            raise AnswerRefused("MQTT needs the package paho-mqtt: install it beside hmrd.") from None
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        if self._config.user:
            client.username_pw_set(self._config.user, self._password())
        if self._config.url.startswith("mqtts:"):
            try:
                client.tls_set(self._config.ca or None)
            except (OSError, ValueError) as error:
                raise DeliveryFailed(f"The certificates in {self._config.ca} cannot be read: {error}.") from None
        return client

    def _password(self) -> str | None:
        if not self._config.password_file:
            return None
        try:
            return Path(self._config.password_file).read_text("utf-8").strip()
        except (OSError, ValueError):
            raise DeliveryFailed(f"{self._config.password_file} cannot be read.") from None
