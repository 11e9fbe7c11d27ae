"""Boards, fits and what a rune needs as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from rune.devices.boards.board import Board
from rune.devices.boards.fit import Fit, MemoryRoom, Needs, RunTime


class BoardJson(TypedDict):
    """Bytes and MHz. `target` is what its package is built for."""

    key: str
    name: str
    maker: str
    chip: str
    core: str
    target: str
    clock_mhz: int
    ram: int
    flash: int
    flash_is: str
    flash_wait_states: int | None
    sensors: dict[str, str]
    sources: dict[str, str]


class RoomJson(TypedDict):
    """Bytes; `excess` is by how much it is too large."""

    needed: int
    available: int
    excess: int


class RunTimeJson(TypedDict):
    """Milliseconds. `period` is that of the sensor's frame; the shares are of it."""

    least: float
    most: float
    period: float | None
    least_share: float | None
    most_share: float | None
    assumptions: list[str]


class FitJson(TypedDict):
    """`exact` and `estimated` say which figures are."""

    board: str
    verdict: str
    flash: RoomJson
    ram: RoomJson
    time: RunTimeJson | None
    exact: list[str]
    estimated: list[str]


class StageInstructionsJson(TypedDict):
    """A stage, and the instructions that it takes in one run."""

    stage: str
    instructions: int


class NeedsJson(TypedDict):
    """The needs of a rune on a target: bytes, and instructions of one run.

    Where `instructions` is null nothing was measured, `not_measured` says why, and the bytes are the least that it
    needs: `flash` without code, `ram` without the stack. `missing` is then Debian's package that the server lacks, if
    that is why. `period` is how long a frame of its sensor lasts, in milliseconds.
    """

    flash: int
    ram: int
    instructions: int | None
    stages: list[StageInstructionsJson]
    period: float | None
    not_measured: str | None
    missing: str | None


def needs_of(target: str, fields: Mapping[str, Any]) -> Needs:
    """Reads the needs from `NeedsJson`."""
    return Needs(target, fields["flash"], fields["ram"], fields["instructions"])


def board_json(board: Board) -> BoardJson:
    return {
        "key": board.key,
        "name": board.name,
        "maker": board.maker,
        "chip": board.chip,
        "core": board.core.title,
        "target": board.target,
        "clock_mhz": board.clock_mhz,
        "ram": board.ram,
        "flash": board.flash,
        "flash_is": board.flash_is.value,
        "flash_wait_states": board.flash_wait_states,
        "sensors": {sensor.key: part for sensor, part in board.sensors.items()},
        "sources": dict(board.sources),
    }


def fit_json(result: Fit) -> FitJson:
    return {
        "board": result.board.key,
        "verdict": result.verdict.value,
        "flash": _room_json(result.flash),
        "ram": _room_json(result.ram),
        "time": None if result.time is None else _time_json(result.time),
        "exact": list(result.exact),
        "estimated": list(result.estimated),
    }


def _room_json(room: MemoryRoom) -> RoomJson:
    return {"needed": room.needed, "available": room.available, "excess": room.excess}


def _time_json(time: RunTime) -> RunTimeJson:
    least, most = time.share or (None, None)
    return {
        "least": time.least,
        "most": time.most,
        "period": time.period,
        "least_share": least,
        "most_share": most,
        "assumptions": list(time.assumptions),
    }
