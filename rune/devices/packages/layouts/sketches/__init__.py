"""Starter sketches: programs for each board of a package's processor whose sensor gives the rune's input. One runs the
rune, the other sends what the sensor measures to the page Data.

A board's file says which code reads its sensor. The code is in the file of that name here, and has two functions,
`begin_sensor` and `read_sensor`; around it are the programs of Arduino or, for a micro:bit, of CODAL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rune.capabilities.capability import Sensor
from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.targets.c.interface import StructField
from rune.devices.boards.board import Board, SensorReading
from rune.devices.boards.lookup import boards
from rune.devices.packages.contents import Contents
from rune.tensor import ElementType
from rune.wording import alternatives

_FOLDER = Path(__file__).parent
_CODAL = frozenset({"microbit", "microbit_sound"})
"""The code that goes into programs of CODAL."""
_BLOCK = {"microphone": "256", "motion": "3"}
"""Values of a frame that a board sends: some sound, or a row of motion as soon as it is measured."""
_BITS = {"microphone": "921600", "motion": "115200"}
"""Bits a second of the line, as the page opens it. A board with its own USB ignores them."""
_HERTZ = 16_000
"""The sample rate of a microphone where the rune does not declare one."""


@dataclass(frozen=True)
class Sketch:
    """The programs for a board. `path` is where the one that runs the rune is in the package, `collect_path` that of
    the one that sends what the sensor measures; `sensor` is what they read, in words."""

    board: Board
    reading: SensorReading
    sensor: str
    path: str
    text: str
    collect_path: str
    collect_text: str


@dataclass(frozen=True)
class Sketches:
    """The programs of a package, and why there are no others: sentences for its README."""

    all: tuple[Sketch, ...]
    reasons: tuple[str, ...]


def sketches_of(contents: Contents) -> Sketches:
    """The sketches for the boards that take this package."""
    sensor = _sensor_of(contents)
    if isinstance(sensor, str):
        return Sketches((), (sensor,))
    target, hertz = contents.target.package_of or contents.target.name, _hertz(contents)
    sketches, reasons = [], []
    for board in boards():
        if board.target != target or sensor not in board.sketches:
            continue
        reading = board.sketches[sensor]
        if reading.rates and hertz not in reading.rates:
            rates = alternatives([f"{rate:,}" for rate in reading.rates])
            reasons.append(f"The {sensor.label} of the {board.name} gives {rates} samples a second, not {hertz:,}.")
        else:
            sketches.append(_sketch(contents, board, reading, sensor, hertz))
    if not sketches and not reasons:
        reasons.append(f"No board with this processor declares how a sketch reads its {sensor.label}.")
    return Sketches(tuple(sketches), tuple(reasons))


def sensor_frames(contents: Contents) -> tuple[str, str]:
    """The name and text of the header that sends what a sensor measures."""
    interface = contents.interface
    text = _file("sensor_frames.h").format(prefix=interface.prefix, upper=interface.upper)
    return f"{interface.name}_sensor.h", text


def _sensor_of(contents: Contents) -> Sensor | str:
    """The sensor that gives the rune's only input, or a sentence that says why there is none."""
    count = len(contents.interface.inputs)
    if count != 1:
        return f"This rune reads {count} inputs, and a sketch reads one sensor."
    ((field,), (request,)) = contents.interface.inputs, contents.requests
    kind = request.kind
    if kind.sensor is None:
        return f"No sensor of a board gives the input {field.name} ({kind.name})."
    if field.type.element is not kind.element or field.type.count == 0 or field.type.count % kind.row:
        return f"The {kind.sensor.label} gives whole rows of {kind.element.value}, which {field.type} is not."
    return kind.sensor


def _hertz(contents: Contents) -> int:
    return int(dict(contents.requests[0].parameters).get("hz", _HERTZ))


def _sketch(contents: Contents, board: Board, reading: SensorReading, sensor: Sensor, hertz: int) -> Sketch:
    interface = contents.interface
    (field,) = interface.inputs
    is_codal = reading.code in _CODAL
    call = f"sound(send_bytes, {hertz}, readings, " if sensor.key == "microphone" else "motion(send_bytes, readings, "
    count = _BLOCK[sensor.key] if sensor.key == "microphone" else "1"
    words = {
        "title": interface.name,
        "board": board.name,
        "sensor": sensor.label,
        "library": reading.library,
        "wiring": "" if reading.wiring is None else f"\n   Connect {reading.wiring}.",
        "sensor_header": reading.header,
        "hertz": str(hertz),
        "header": contents.header,
        "prefix": interface.prefix,
        "upper": interface.upper,
        "capital": field.name.upper(),
        "element": C_TYPES[field.type.element],
        "sensor_frames": sensor_frames(contents)[0],
        "block": _BLOCK[sensor.key],
        "bits": _BITS[sensor.key],
        "send": f"{interface.prefix}_send_{call}{count})",
    }
    code = _file(f"{reading.code}.h").format(**words)
    lines = _codal_lines(contents) if is_codal else _arduino_lines(contents)
    around = _file("codal.cpp" if is_codal else "arduino.ino")
    text = around.format(**words, code=code, print_="\n".join(lines))
    collects = _file("collect.cpp" if is_codal else "collect.ino").format(**words, code=code)
    paths = [_path(name, is_codal=is_codal) for name in (board.key, f"collect-{board.key}")]
    return Sketch(board, reading, sensor.label, paths[0], text, paths[1], collects)


def _path(name: str, *, is_codal: bool) -> str:
    return f"boards/{name}/main.cpp" if is_codal else f"examples/{name}/{name}.ino"


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _printed_fields(contents: Contents) -> Iterator[StructField]:
    return (field for field in contents.interface.outputs if field.type.count)


def _arduino_lines(contents: Contents) -> Iterator[str]:
    """Prints each output by its name, on a line of its own."""
    for field in _printed_fields(contents):
        element = f"outputs.{field.name}[i]"
        yield f'  Serial.print("{field.name}:");'
        yield f"  for (int i = 0; i < {field.type.count}; i++) {{"
        yield '    Serial.print(" ");'
        if field.is_text:
            yield f"    Serial.write((const uint8_t *){element}.bytes, {element}.size);"
        elif field.type.element in (ElementType.I64, ElementType.U64):
            yield f"    Serial.print((long){element});"
        elif field.type.element.is_float:
            yield f"    Serial.print({element}, 4);"
        else:
            yield f"    Serial.print({element});"
        yield "  }"
        yield "  Serial.println();"


def _codal_lines(contents: Contents) -> Iterator[str]:
    for field in _printed_fields(contents):
        element = f"outputs.{field.name}[i]"
        yield f'    uBit.serial.printf("{field.name}:");'
        yield f"    for (int i = 0; i < {field.type.count}; i++) {{"
        yield '      uBit.serial.printf(" ");'
        if field.is_text:
            yield f"      uBit.serial.send((uint8_t *){element}.bytes, (int){element}.size);"
        elif field.type.element.is_float:
            yield f"      say_fraction({element});"
        else:
            yield f'      uBit.serial.printf("%d", (int){element});'
        yield "    }"
        yield '    uBit.serial.printf("\\r\\n");'
