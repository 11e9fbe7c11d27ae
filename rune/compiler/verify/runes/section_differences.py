"""How a rune differs from the one that was expected, section by section, as sentences. Pure functions of bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import numpy as np

from rune.abi import SectionName as SectionName
from rune.running.container import ContainerError, RuneFile, WasmSection, read_rune
from rune.wording import counted, plain, quoted

CODE, DATA = 10, 11
_SECTION_NAMES: Final = (
    "custom",
    "types",
    "imports",
    "functions",
    "tables",
    "memory",
    "globals",
    "exports",
    "start",
    "elements",
    "code",
    "data",
    "data count",
    "tags",
)
_VERSION, _GRAPH, _RESOURCE, _SECOND = (
    name.removeprefix(".")
    for name in (SectionName.VERSION, SectionName.GRAPH, SectionName.RESOURCE, SectionName.RELAXED)
)
_MOST_TEXT: Final = 80
_ABSENT: Final = object()

NamedConstants = Sequence[tuple[str, bytes]]
"""The constants of the data section, by the steps that read them."""


def rune_differences(expected: bytes, actual: bytes, constants: NamedConstants = ()) -> tuple[str, ...]:
    """Returns the differences in `actual`, a sentence about "it" each; none only where all bytes are equal.

    `constants` say whose bytes of the expected data section differ.
    """
    if expected == actual:
        return ()
    try:
        wanted, got = read_rune(expected), read_rune(actual)
    except ContainerError as error:
        return (f"it cannot be read: {error}",)
    differences = (
        *_section_differences(wanted, got, constants),
        *graph_differences(wanted.graph, got.graph),
        *resource_differences(wanted, got),
    )
    return differences or ("its sections have the same content in another order or encoding",)


def has_same_section(expected: bytes, actual: bytes, number: int) -> bool:
    """Whether both have the same section of this number, or none."""
    try:
        wanted, got = (_by_key(read_rune(data)).get((number, "", 0)) for data in (expected, actual))
    except ContainerError:
        return False
    return (wanted and wanted.payload) == (got and got.payload)


def same_bytes(expected: bytes, actual: bytes) -> int:
    """Bytes of the sections that both have: how near they are."""
    try:
        wanted, got = (_by_key(read_rune(data)) for data in (expected, actual))
    except ContainerError:
        return 0
    return sum(len(each.payload) for key, each in wanted.items() if key in got and got[key].payload == each.payload)


def graph_differences(
    expected: Mapping[str, Any] | None, actual: Mapping[str, Any] | None, optional: Collection[str] = ()
) -> Iterator[str]:
    """The unexpected parts of a rune's graph: stages, wires, arguments, types. An entry of an `optional` name may
    be missing, or be there where it is not expected."""
    if actual is None or expected is None:
        if actual is not expected:
            yield "its graph is missing" if actual is None else "it has a graph"
        return
    names = _tensor_names(expected)
    pair = _named(expected, names), _named(actual, names)
    yield from (f"its graph: {each}" for each in _json_differences(*pair, optional))


def resource_differences(expected: RuneFile, actual: RuneFile) -> Iterator[str]:
    """Resources, as lists of labels, that have other names or other bytes than expected."""
    pairs = zip_longest(expected.resources, actual.resources)
    for wanted, got in pairs:
        if got is None and wanted is not None:
            yield f"its resource {quoted(wanted[0])} is missing"
        elif wanted is None and got is not None:
            yield f"it has a resource {quoted(got[0])} more"
        elif wanted is not None and got is not None and wanted[0] != got[0]:
            yield f"its resource {quoted(wanted[0])} is called {quoted(got[0])}"
        elif wanted is not None and got is not None and wanted[1] != got[1]:
            yield f"its resource {quoted(got[0])}: {_content_difference(bytes(wanted[1]), bytes(got[1]))}"


Key = tuple[int, str, int]
"""A section's number, its name where it is a custom one, and how many of these stand before it."""


def _by_key(rune: RuneFile) -> Mapping[Key, WasmSection]:
    sections: dict[Key, WasmSection] = {}
    for each in rune.sections:
        name, number = (each.name or "").removeprefix("."), 0
        while (each.number, name, number) in sections:
            number += 1
        sections[each.number, name, number] = each
    return sections


def _section_differences(expected: RuneFile, actual: RuneFile, constants: NamedConstants) -> Iterator[str]:
    """All sections but those of the graph and of resources, which are compared by what they say."""
    wanted, got = _by_key(expected), _by_key(actual)
    for key in dict.fromkeys((*wanted, *got)):
        number, name, _ = key
        if number == 0 and name in (_GRAPH, _RESOURCE):
            continue
        title = f"its section {quoted(name)}" if number == 0 else _standard_title(number)
        if key not in got:
            yield f"{title} is missing"
        elif key not in wanted:
            yield f"{title} is not in what these files build"
        elif wanted[key].payload != got[key].payload:
            data = bytes(wanted[key].payload), bytes(got[key].payload)
            match number, name:
                case 0, section if section == _VERSION:
                    yield f"its version is {_version(actual)}, not {_version(expected)}"
                case 0, section if section == _SECOND:
                    yield from (f"its second module: {each}" for each in rune_differences(*data))
                case number, _ if number == DATA:
                    yield f"{title}: {_byte_difference(*data)}{_owners(*data, constants)}"
                case _:
                    yield f"{title}: {_byte_difference(*data)}"


def _standard_title(number: int) -> str:
    return f"its {_SECTION_NAMES[number]} section" if number < len(_SECTION_NAMES) else f"its section {number}"


def _version(rune: RuneFile) -> str:
    version = None if rune.version is None else rune.version.get("version")
    return plain(version, _MOST_TEXT) if isinstance(version, str) else "unknown"


def _byte_difference(expected: bytes, actual: bytes) -> str:
    if len(expected) != len(actual):
        return f"{len(actual):,} bytes, not {len(expected):,}"
    places = _differing_places(expected, actual)
    return f"{len(places):,} of {len(expected):,} bytes differ, first at byte {places[0]:,}"


def _differing_places(expected: bytes, actual: bytes) -> list[int]:
    pair = [np.frombuffer(each, "u1") for each in (expected, actual)]
    places: list[int] = np.flatnonzero(pair[0] != pair[1]).tolist()
    return places


def _owners(expected: bytes, actual: bytes, constants: NamedConstants) -> str:
    """The steps whose constants differ, as the end of a sentence; empty where no constant does."""
    if len(expected) == len(actual):
        places = _differing_places(expected, actual)
        owners = [name for name, data in constants if data and _is_hit(expected, data, places)]
    else:
        owners = [name for name, data in constants if data and data not in actual]
    names = list(dict.fromkeys(map(plain, owners)))
    if not names:
        return ""
    more = f" and {counted(len(names) - 3, 'other step')}" if len(names) > 3 else ""
    return f"; in the constants of {', '.join(names[:3])}{more}"


def _is_hit(section: bytes, data: bytes, places: Sequence[int]) -> bool:
    """Whether one of the places is in a place of the constant."""
    start = section.find(data)
    return start >= 0 and any(start <= place < start + len(data) for place in places)


def _content_difference(expected: bytes, actual: bytes) -> str:
    """Of texts the first line that differs."""
    try:
        wanted, got = (each.decode().splitlines() for each in (expected, actual))
    except UnicodeDecodeError:
        return _byte_difference(expected, actual)
    if len(wanted) != len(got):
        return f"{counted(len(got), 'line')}, not {len(wanted)}"
    for number, (line, other) in enumerate(zip(wanted, got, strict=True), start=1):
        if line != other:
            return f"line {number} is {quoted(other[:_MOST_TEXT])}, not {quoted(line[:_MOST_TEXT])}"
    return _byte_difference(expected, actual)


def _json_differences(expected: Any, actual: Any, optional: Collection[str], path: str = "") -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key in dict.fromkeys((*expected, *actual)):
            inner = f"{path}/{plain(str(key), _MOST_TEXT)}" if path else plain(str(key), _MOST_TEXT)
            if key not in optional or (key in expected and key in actual):
                yield from _json_differences(expected.get(key, _ABSENT), actual.get(key, _ABSENT), optional, inner)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, pair in enumerate(zip(expected, actual, strict=True)):
            yield from _json_differences(*pair, optional, f"{path}/{number}")
    elif actual is _ABSENT:
        yield f"{path} is missing"
    elif expected is _ABSENT:
        yield f"{path} is not expected"
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{path} is {_shown(actual)}, not {_shown(expected)}"


def _shown(value: Any) -> str:
    return quoted(str(value)[:_MOST_TEXT])


def _tensor_names(graph: Mapping[str, Any]) -> Mapping[str, str]:
    """Returns the names of tensors by id: the stage of the output, and its number."""
    names = {}
    for part in ("capabilities", "models", "proc-blocks"):
        stages = graph.get(part)
        for name, stage in stages.items() if isinstance(stages, Mapping) else ():
            outputs = stage.get("outputs") if isinstance(stage, Mapping) else None
            for number, tensor in enumerate(outputs if isinstance(outputs, list) else ()):
                names[str(tensor)] = f"{name}.{number}"
    return names


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """The same JSON with names of tensors instead of their ids."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _named(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
