"""Reads `hmrd.toml`. All wrong lines are named at once, each with what it takes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from hmrd.config.lines import key_lines
from hmrd.config.model import (
    CHECK_SECONDS,
    QUEUE_LENGTH,
    RUN_SECONDS,
    SERVER_RUNE,
    Config,
    DoorbellConfig,
    InputFormat,
    Origin,
    RuneConfig,
    SamplesConfig,
    SinkConfig,
    SinkKind,
    SourceConfig,
    SourceKind,
    usual_board,
)
from hmrd.config.tables import ConfigError, Table
from hmrd.protocol.names import BOARD
from hmrd.server_address import BadServerAddress, ServerAddress, read_address

LARGEST: Final = 256 * 1024
_NAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_SYNTAX_LINE: Final = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_SOCKET: Final = re.compile(r"tcp://[^\s/:]+:\d{1,5}|tcp://\[[0-9a-fA-F:]+\]:\d{1,5}|unix:/.+")
_MQTT: Final = re.compile(r"mqtts?://[^\s/@]+(?::\d{1,5})?")


class BadConfig(Exception):
    """The configuration has lines that cannot be used."""

    def __init__(self, errors: list[ConfigError]) -> None:
        self.errors = tuple(sorted(errors))
        super().__init__("; ".join(map(str, self.errors)))


def read_config(text: str) -> Config:
    """Reads a configuration. Raises `BadConfig`."""
    if len(text) > LARGEST:
        raise BadConfig([ConfigError(1, f"The file has more than {LARGEST // 1024} kB.")])
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _SYNTAX_LINE.match(str(error))
        line = int(match["line"]) if match and match["line"] else text.count("\n") + 1
        raise BadConfig([ConfigError(line, f"{match['what'] if match else error}.")]) from None
    errors: list[ConfigError] = []
    root = Table(values, (), key_lines(text), errors)
    device, server = root.table("device"), root.table("server")
    board = device.text("board", usual_board())
    if BOARD.fullmatch(board) is None:
        device.error("board", "device.board takes lower-case letters and digits, with single - . or _ between them.")
    ca = server.text("ca") or None
    mirror = _mirror(server)
    runes = tuple(_rune(each) for each in root.tables("rune")) or (RuneConfig(),)
    _require_distinct(root, runes)
    doorbell, samples = _doorbell(root), _samples(root.table("samples"))
    for table in (root, device, server):
        table.finish()
    if errors:
        raise BadConfig(errors)
    return Config(board, ca, mirror, runes, doorbell, samples)


def _doorbell(root: Table) -> DoorbellConfig | None:
    if not root.has("doorbell"):
        return None
    table = root.table("doorbell")
    url, ca = table.text("url"), table.text("ca")
    if _MQTT.fullmatch(url) is None:
        table.error("url", "doorbell.url takes the address of a broker such as mqtts://broker.example:8883.")
    table.finish()
    return DoorbellConfig(url, ca)


def _samples(table: Table) -> SamplesConfig:
    config = SamplesConfig(table.truth("keep", True), table.truth("page", True))
    table.finish()
    return config


def _mirror(server: Table) -> ServerAddress | None:
    text = server.text("mirror")
    if not text:
        return None
    try:
        address = read_address(text, with_path=True)
    except BadServerAddress as error:
        server.error("mirror", str(error))
        return None
    if not address.path:
        server.error(
            "mirror",
            "server.mirror takes the address of a repository, such as https://registry.example/acme/door-knock.",
        )
    return address


def _require_distinct(root: Table, runes: tuple[RuneConfig, ...]) -> None:
    tables = root.tables("rune")
    for number, rune in enumerate(runes[: len(tables)]):
        earlier = runes[:number]
        if rune.name in [each.name for each in earlier]:
            tables[number].error("name", f"Another rune is called {rune.name} already.")
        if rune.origin is Origin.SERVER and any(each.origin is Origin.SERVER for each in earlier):
            tables[number].error("from", 'One rune is from the server. The others are `from = "local"`.')


def _rune(table: Table) -> RuneConfig:
    name = table.text("name", SERVER_RUNE)
    if _NAME.fullmatch(name) is None:
        table.error("name", "rune.name takes lower-case letters and digits, with single - . or _ between them.")
    sinks = tuple(_sink(each) for each in table.tables("sinks")) if table.has("sinks") else RuneConfig().sinks
    table.tables("sinks")
    config = RuneConfig(
        name,
        table.choice("from", Origin, Origin.SERVER),
        _sources(table.table("source")),
        sinks,
        table.command("check"),
        table.number("check_seconds", 0.1, 3600.0, CHECK_SECONDS),
        table.number("seconds", 0.001, 3600.0, RUN_SECONDS),
    )
    table.finish()
    return config


def _sources(table: Table) -> Mapping[str, SourceConfig]:
    return {name: _source(each, table, name) for name, each in table.items()}


def _source(table: Table, parent: Table, name: str) -> SourceConfig:
    kinds = [kind for kind in SourceKind if table.has(kind)]
    kind = kinds[0] if kinds else SourceKind.FILE
    if len(kinds) != 1:
        parent.error(name, f"rune.source.{name} takes one of {', '.join(SourceKind)}.")
    value = table.command(kind) if kind is SourceKind.COMMAND else (table.text(kind),)
    if kind is SourceKind.SOCKET and _SOCKET.fullmatch(value[0]) is None:
        table.error(kind, "socket takes an address such as tcp://127.0.0.1:9000 or unix:/run/microphone.sock.")
    config = SourceConfig(
        kind,
        value,
        table.choice("format", InputFormat, InputFormat.RAW),
        table.whole("hop", 1, 1_000_000_000, None),
        table.whole("size", 1, 64 * 1024 * 1024, None),
        table.truth("repeat", False),
    )
    for other in SourceKind:
        if other is not kind and table.has(other):
            table.text(other, "") if other is not SourceKind.COMMAND else table.command(other)
    table.finish()
    return config


def _sink(table: Table) -> SinkConfig:
    errors = table.error_count
    if not table.has("kind"):
        table.error("kind", f"rune.sinks has no kind: it takes one of {', '.join(SinkKind)}.")
    kind = table.choice("kind", SinkKind, SinkKind.STDOUT)
    if table.error_count > errors:
        return SinkConfig(kind)
    queue = table.whole("queue", 1, 1_000_000, QUEUE_LENGTH) or QUEUE_LENGTH
    match kind:
        case SinkKind.STDOUT:
            sink = SinkConfig(kind, queue=queue)
        case SinkKind.COMMAND:
            sink = SinkConfig(kind, command=table.command("command"), queue=queue)
            if not sink.command:
                table.error("command", 'command takes a list of texts such as ["logger", "-t", "knock"].')
        case SinkKind.MQTT:
            url, topic, user = table.text("url"), table.text("topic"), table.text("user")
            password_file, ca = table.text("password_file"), table.text("ca")
            sink = SinkConfig(kind, url, topic, user, password_file, ca=ca, queue=queue)
            if _MQTT.fullmatch(sink.url) is None:
                table.error("url", "url takes the address of a broker such as mqtts://broker.example:8883.")
            if not sink.topic or any(letter in sink.topic for letter in "+#\0"):
                table.error("topic", "topic takes the name of a topic, without + and #.")
        case SinkKind.HTTP:
            url, headers_file, ca = table.text("url"), table.text("headers_file"), table.text("ca")
            sink = SinkConfig(kind, url, headers_file=headers_file, ca=ca, queue=queue)
            try:
                read_address(sink.url.partition("?")[0], with_path=True)
            except BadServerAddress as error:
                table.error("url", str(error))
    table.finish()
    return sink
