"""The second module of a rune, which its verification cannot run: whether it is what the project's files give."""

from __future__ import annotations

from rune.abi import Section
from rune.anvil.errors import AnvilError
from rune.anvil.profile import Profile
from rune.building.building import build
from rune.building.errors import BuildFailed
from rune.container import ContainerError, read_rune
from rune.container import Section as WasmSection
from rune.files import ProjectFiles
from rune.runefile import HostResources
from rune.targets.wasm32 import FASTEST

SECOND_MODULE = "its second module"


def second_module(rune: bytes) -> bytes | None:
    """What a page may run in the rune's place; None where it carries no such thing, or is no rune."""
    return next((bytes(each.payload) for each in _second_modules(rune)), None)


def without_second_module(rune: bytes) -> bytes:
    """The rune alone: what it lacks is not to be found there."""
    left = rune
    for each in reversed(_second_modules(rune)):
        left = left[: each.start] + left[each.offset + len(each.payload) :]
    return left


def _second_modules(rune: bytes) -> list[WasmSection]:
    try:
        sections = read_rune(rune).sections
    except ContainerError:
        return []
    wanted = Section.RELAXED.removeprefix(".")
    return [each for each in sections if each.name is not None and each.name.removeprefix(".") == wanted]


def is_second_module_of(
    rune: bytes,
    files: ProjectFiles,
    *,
    runefile: str | None,
    host_models: bool,
    host_resources: HostResources,
    profile: Profile,
) -> bool:
    """Whether this toolchain makes the same second module of a project's files, or there is none. It holds the same
    results for hosts of another kind, so nothing of it is looked at but that it is the same."""
    carried = second_module(rune)
    if carried is None:
        return True
    for timed in (False, True):
        try:
            made = build(
                files,
                "rune",
                runefile=runefile,
                host_models=host_models,
                host_resources=host_resources,
                timed=timed,
                target=FASTEST,
                profile=profile,
            )
        except (AnvilError, BuildFailed):
            return False
        if second_module(made.rune) == carried:
            return True
    return False
