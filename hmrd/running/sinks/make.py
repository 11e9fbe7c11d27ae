"""Makes the sinks that the configuration names."""

from __future__ import annotations

from collections.abc import Callable

from hmrd.config.model import SinkConfig, SinkKind
from hmrd.running.sinks.http import HttpSink
from hmrd.running.sinks.mqtt import MqttSink
from hmrd.running.sinks.queue import AnswerQueue, Sink
from hmrd.running.sinks.streams import CommandSink, StreamSink


def open_sink(config: SinkConfig, on_dropped: Callable[[int], None]) -> AnswerQueue:
    """Returns a sink behind its queue."""
    return AnswerQueue(_sink(config), config.queue, on_dropped)


def _sink(config: SinkConfig) -> Sink:
    match config.kind:
        case SinkKind.STDOUT:
            return StreamSink()
        case SinkKind.COMMAND:
            return CommandSink(config.command)
        case SinkKind.HTTP:
            return HttpSink(config)
        case SinkKind.MQTT:
            return MqttSink(config)
