"""The second module of a rune: the same pipeline for hosts whose relaxed dot product of bytes is exact.

No host is needed for it that has such a dot product: it is run with that spelled out
(`rune.running.container.spelled_dots`). It must begin with a trial of its host, so it is started with dot products that
are wrong as well, and must refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rune.abi import SectionName
from rune.running.container import ContainerError, read_rune
from rune.running.container import WasmSection as WasmSection
from rune.running.container.spelled_dots import Meaning, with_spelled_dots
from rune.running.runtime import CompiledRune, Limits
from rune.running.runtime.errors import RuneError

_WRONG: Final[tuple[Meaning, ...]] = ("signed", "saturating")


def second_module(rune: bytes) -> bytes | None:
    """The module that a page may run in the rune's place, or None if there is none, or the file is not a rune."""
    return next((bytes(each.payload) for each in _second_modules(rune)), None)


def without_second_module(rune: bytes) -> bytes:
    """The rune alone: what it lacks is not to be found there."""
    return _without(rune, _second_modules(rune))


def second_rune(rune: bytes, meaning: Meaning = "exact") -> bytes:
    """The second module as a rune that every host runs, with what the rune says of itself. Raises `ContainerError`
    where it is not there once, or cannot be read."""
    modules = _second_modules(rune)
    if len(modules) != 1:
        raise ContainerError(f"The rune has {len(modules)} second modules")
    alone = _without(rune, modules)
    rewritten = [
        alone[each.start : each.offset + len(each.payload)]
        for each in read_rune(alone).sections
        if each.name is not None
    ]
    return b"".join((with_spelled_dots(bytes(modules[0].payload), meaning), *rewritten))


def trial_failure(rune: bytes, resources: Mapping[str, bytes], limits: Limits) -> str | None:
    """Returns the problem of the second module's trial of its host, as a sentence about "it"; None where it
    refuses every host that it must refuse."""
    for meaning in _WRONG:
        try:
            CompiledRune(second_rune(rune, meaning), limits).start(resources=resources).close()
        except (ContainerError, RuneError):
            continue
        return f"it starts on a host whose dot product is not exact ({meaning})"
    return None


def _second_modules(rune: bytes) -> list[WasmSection]:
    try:
        sections = read_rune(rune).sections
    except ContainerError:
        return []
    section_name = SectionName.RELAXED.removeprefix(".")
    return [each for each in sections if each.name is not None and each.name.removeprefix(".") == section_name]


def _without(rune: bytes, sections: list[WasmSection]) -> bytes:
    left = rune
    for each in reversed(sections):
        left = left[: each.start] + left[each.offset + len(each.payload) :]
    return left
