"""Reading a board's file. Everything that is wrong with it is refused by the name of the field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from rune.capabilities import SENSORS
from rune.capabilities.capability import Sensor
from rune.devices.boards.board import Board, FlashPlace, SensorReading
from rune.devices.boards.cores import CORES

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_TEXTS: Final = ("name", "maker", "chip", "core", "flash_is")
_NUMBERS: Final = {"clock_mhz": 2_000, "ram": 2**30, "flash": 2**30}
"""Each with the largest that a board of this kind may have."""
_WAIT_STATES: Final = "flash_wait_states"
_MOST_WAIT_STATES: Final = 15
_TABLES: Final = ("sensors", "sketches", "sources")
_SKETCH_TEXTS: Final = ("code", "header", "library")


class BadBoard(Exception):
    """The file of the board `key` has the given problem."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}.toml: {problem}")
        self.key = key
        self.problem = problem


def read_board(key: str, text: str) -> Board:
    """The board of a file that is called `key` and ends in .toml. Raises `BadBoard`."""
    if not _KEY.match(key):
        raise BadBoard(key, "the file's name has other characters than a-z, 0-9 and single dashes between them")
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadBoard(key, f"this is not valid TOML: {error}") from error
    for field in fields:
        if field not in (*_TEXTS, *_NUMBERS, _WAIT_STATES, *_TABLES):
            raise BadBoard(key, f"{field!r} is not a field of a board")
    texts = {name: _text(key, fields, name) for name in _TEXTS}
    numbers = {name: _number(key, fields, name, 1, most) for name, most in _NUMBERS.items()}
    wait_states = _number(key, fields, _WAIT_STATES, 0, _MOST_WAIT_STATES) if _WAIT_STATES in fields else None
    sensors = _sensors(key, fields)
    sources = _texts_of(key, fields, "sources")
    figures_with_source = [
        *_NUMBERS,
        *([_WAIT_STATES] if wait_states is not None else ()),
        *(["sensors"] if sensors else ()),
    ]
    for name in figures_with_source:
        if name not in sources:
            raise BadBoard(key, f"{name} has no source; write where it was read under [sources]")
    for name in sources:
        if name not in figures_with_source:
            raise BadBoard(key, f"sources has {name!r}, which is not a figure of this board")
    return Board(
        key=key,
        name=texts["name"],
        maker=texts["maker"],
        chip=texts["chip"],
        core=CORES[_choice(key, "core", texts["core"], tuple(CORES))],
        clock_mhz=numbers["clock_mhz"],
        ram=numbers["ram"],
        flash=numbers["flash"],
        flash_is=FlashPlace(_choice(key, "flash_is", texts["flash_is"], tuple(each.value for each in FlashPlace))),
        flash_wait_states=wait_states,
        sensors=sensors,
        sketches=_sketches(key, fields, sensors),
        sources=sources,
    )


def _sensors(key: str, fields: Mapping[str, object]) -> Mapping[Sensor, str]:
    if "sensors" not in fields:
        return {}
    sensor_names = tuple(SENSORS)
    parts = _texts_of(key, fields, "sensors")
    return {SENSORS[_choice(key, "sensors", name, sensor_names)]: part for name, part in parts.items()}


def _sketches(key: str, fields: Mapping[str, object], sensors: Mapping[Sensor, str]) -> Mapping[Sensor, SensorReading]:
    table = fields.get("sketches", {})
    if not isinstance(table, dict):
        raise BadBoard(key, "sketches must be a table")
    return {
        SENSORS[_choice(key, "sketches", name, tuple(SENSORS))]: _sketch(key, name, value, sensors)
        for name, value in table.items()
    }


def _sketch(key: str, name: str, value: object, sensors: Mapping[Sensor, str]) -> SensorReading:
    """A sensor that is on the board has no wiring, one that is not must have it."""
    where = f"sketches.{name}"
    if not isinstance(value, dict):
        raise BadBoard(key, f"{where} must be a table")
    for field in value:
        if field not in (*_SKETCH_TEXTS, "wiring", "rates"):
            raise BadBoard(key, f"{where} has {field!r}, which is not a field of a sketch")
    if ("wiring" in value) is (SENSORS[name] in sensors):
        raise BadBoard(key, f"{where} says the wiring of a sensor where it is not on the board, and only there")
    rates = value.get("rates", [])
    if not isinstance(rates, list) or not all(isinstance(rate, int) and rate > 0 for rate in rates):
        raise BadBoard(key, f"{where}.rates must be whole numbers of samples a second")
    code, header, library = (_text(key, value, field) for field in _SKETCH_TEXTS)
    wiring = _text(key, value, "wiring") if "wiring" in value else None
    return SensorReading(code, header, library, wiring, tuple(rates))


def _text(key: str, fields: Mapping[str, object], name: str) -> str:
    if name not in fields:
        raise BadBoard(key, f"{name} is missing")
    value = fields[name]
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise BadBoard(key, f"{name} must be a text on one line")
    return value


def _number(key: str, fields: Mapping[str, object], name: str, least: int, most: int) -> int:
    if name not in fields:
        raise BadBoard(key, f"{name} is missing")
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadBoard(key, f"{name} must be a whole number from {least:,} to {most:,}")
    return value


def _texts_of(key: str, fields: Mapping[str, object], name: str) -> Mapping[str, str]:
    table = fields.get(name)
    if not isinstance(table, dict):
        raise BadBoard(key, f"the table [{name}] is missing" if table is None else f"{name} must be a table")
    return {field: _text(key, table, field) for field in table}


def _choice(key: str, name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise BadBoard(key, f"{name} has {value!r}, which is not one of {', '.join(choices)}")
    return value
