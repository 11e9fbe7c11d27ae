"""Says how a rune differs from the one that was expected, section by section. Pure functions of bytes."""

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
        expected_rune, actual_rune = read_rune(expected), read_rune(actual)
    except ContainerError as error:
        return (f"it cannot be read: {error}",)
    differences = (
        *_section_differences(expected_rune, actual_rune, constants),
        *graph_differences(expected_rune.graph, actual_rune.graph),
        *resource_differences(expected_rune, actual_rune),
    )
    return differences or ("its sections have the same content in another order or encoding",)


def has_same_section(expected: bytes, actual: bytes, number: int) -> bool:
    """Returns whether both have the same section of this number, or none."""
    try:
        expected_section, actual_section = (
            _by_key(read_rune(data)).get((number, "", 0)) for data in (expected, actual)
        )
    except ContainerError:
        return False
    return (expected_section and expected_section.payload) == (actual_section and actual_section.payload)


def same_bytes(expected: bytes, actual: bytes) -> int:
    """Bytes of the sections that both have: how near they are."""
    try:
        expected_sections, actual_sections = (_by_key(read_rune(data)) for data in (expected, actual))
    except ContainerError:
        return 0
    return sum(
        len(each.payload)
        for key, each in expected_sections.items()
        if key in actual_sections and actual_sections[key].payload == each.payload
    )


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
    pair = _with_names(expected, names), _with_names(actual, names)
    yield from (f"its graph: {each}" for each in _json_differences(*pair, optional))


def resource_differences(expected: RuneFile, actual: RuneFile) -> Iterator[str]:
    """Resources, as lists of labels, that have other names or other bytes than expected."""
    pairs = zip_longest(expected.resources, actual.resources)
    for expected_resource, actual_resource in pairs:
        if actual_resource is None and expected_resource is not None:
            yield f"its resource {quoted(expected_resource[0])} is missing"
        elif expected_resource is None and actual_resource is not None:
            yield f"it has a resource {quoted(actual_resource[0])} more"
        elif (
            expected_resource is not None and actual_resource is not None and expected_resource[0] != actual_resource[0]
        ):
            yield f"its resource {quoted(expected_resource[0])} is called {quoted(actual_resource[0])}"
        elif (
            expected_resource is not None and actual_resource is not None and expected_resource[1] != actual_resource[1]
        ):
            difference = _content_difference(bytes(expected_resource[1]), bytes(actual_resource[1]))
            yield f"its resource {quoted(actual_resource[0])}: {difference}"


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
    expected_sections, actual_sections = _by_key(expected), _by_key(actual)
    for key in dict.fromkeys((*expected_sections, *actual_sections)):
        number, name, _ = key
        if number == 0 and name in (_GRAPH, _RESOURCE):
            continue
        title = f"its section {quoted(name)}" if number == 0 else _standard_title(number)
        if key not in actual_sections:
            yield f"{title} is missing"
        elif key not in expected_sections:
            yield f"{title} is not in what these files build"
        elif expected_sections[key].payload != actual_sections[key].payload:
            data = bytes(expected_sections[key].payload), bytes(actual_sections[key].payload)
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
    """Returns whether one of the places is in a place of the constant."""
    start = section.find(data)
    return start >= 0 and any(start <= place < start + len(data) for place in places)


def _content_difference(expected: bytes, actual: bytes) -> str:
    """Returns the first line in which texts differ."""
    try:
        expected_lines, actual_lines = (each.decode().splitlines() for each in (expected, actual))
    except UnicodeDecodeError:
        return _byte_difference(expected, actual)
    if len(expected_lines) != len(actual_lines):
        return f"{counted(len(actual_lines), 'line')}, not {len(expected_lines)}"
    for number, (line, other) in enumerate(zip(expected_lines, actual_lines, strict=True), start=1):
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
        yield f"{path} is {_value_text(actual)}, not {_value_text(expected)}"


def _value_text(value: Any) -> str:
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


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    """The same JSON with names of tensors instead of their ids."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _with_names(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_names(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
