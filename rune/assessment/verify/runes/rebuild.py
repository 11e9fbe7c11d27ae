"""A rune against what its project builds: the project is built again, and the bytes are compared.

What the rune says of itself (its name, what it imports) only chooses the options to build with. Equal bytes decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import rune as this_version
from rune.abi import SectionName
from rune.assessment.verify.runes.named_constants import named_constants
from rune.assessment.verify.runes.rebuild_result import RebuildResult, RebuildState
from rune.assessment.verify.runes.section_differences import (
    CODE,
    DATA,
    graph_differences,
    has_same_section,
    resource_differences,
    rune_differences,
    same_bytes,
)
from rune.compiler.anvil.errors import AnvilError, CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.lookup import targets
from rune.model.profile import Profile
from rune.project.files import ProjectFiles
from rune.running.container import ContainerError, RuneFile, read_rune
from rune.source.runefile import HostResourceOptions
from rune.toolchain import toolchain_digest

MOST_DIFFERENCES: Final = 20
"""Sentences that a result has; a rune of other files differs everywhere."""
_MOST_NAME: Final = 200
_NEWER_ENTRIES: Final = frozenset(
    {"requests", "stream", "state", "run_time", "probability", "quantization", "first_answer"}
)
"""Entries of graphs that other versions do not write."""


def compare_with_rebuild(
    files: ProjectFiles, rune: bytes, all_options: Iterable[BuildOptions], toolchain: str | None = None
) -> RebuildResult:
    """Builds the project with each of the options, up to the one that gives this rune. `toolchain` is that of
    `judge`."""
    results: list[BuildResult] = []
    reason = "the rune has no options to build with"
    for options in all_options:
        try:
            results.append(build(files, options))
        except (AnvilError, CompileError, BuildFailed, ValueError) as error:
            reason = str(error)
            continue
        if results[-1].rune == rune:
            break
    if not results:
        return RebuildResult(RebuildState.IMPOSSIBLE, _stated_version(rune), reason=reason)
    return judge(rune, results, toolchain)


def judge(rune: bytes, results: Sequence[BuildResult], toolchain: str | None = None) -> RebuildResult:
    """Compares a rune with what its project builds, with one or several options.

    `toolchain` is the digest of the toolchain that built the rune, where that is known. Without it a rune is taken for
    another toolchain's only if it names another version, and then too its code may not be this toolchain's with other
    constants.
    """
    builder = _stated_version(rune)
    if any(result.rune == rune for result in results):
        return RebuildResult(RebuildState.IDENTICAL, builder)
    nearest = max(results, key=lambda result: same_bytes(result.rune, rune))
    if _is_of_this_toolchain(nearest.rune, rune, builder, toolchain):
        differences = rune_differences(nearest.rune, rune, tuple(named_constants(nearest.program)))
        return RebuildResult(RebuildState.DIFFERENT, builder, differences[:MOST_DIFFERENCES])
    differences = tuple(_differences_of_any_toolchain(nearest.rune, rune))
    return RebuildResult(RebuildState.OTHER_TOOLCHAIN, builder, differences[:MOST_DIFFERENCES])


def _is_of_this_toolchain(expected: bytes, rune: bytes, builder: str | None, toolchain: str | None) -> bool:
    if toolchain is not None and toolchain == toolchain_digest():
        return True
    if has_same_section(expected, rune, CODE) and not has_same_section(expected, rune, DATA):
        # A toolchain that compiles the same code packs the same constants.
        return True
    return toolchain is None and (builder == this_version.__version__ or _is_unreadable(rune))


def _differences_of_any_toolchain(expected: bytes, rune: bytes) -> Iterator[str]:
    try:
        expected_rune, actual_rune = read_rune(expected), read_rune(rune)
    except ContainerError as error:
        yield f"it cannot be read: {error}"
        return
    yield from graph_differences(_without_plan(expected_rune.graph), _without_plan(actual_rune.graph), _NEWER_ENTRIES)
    yield from resource_differences(expected_rune, actual_rune)


def _without_plan(graph: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The graph without the bytes of memory that a run needs: each toolchain plans them in its own way."""
    entry = None if graph is None else graph.get("rune")
    if graph is None or not isinstance(entry, Mapping):
        return graph
    return {**graph, "rune": {key: value for key, value in entry.items() if key != "memory"}}


def without_project(rune: bytes) -> RebuildResult:
    """The result for a rune that comes without its project."""
    return RebuildResult(RebuildState.NO_PROJECT, _stated_version(rune))


def options_for(
    rune: bytes,
    profile: Profile,
    *,
    runefile: str | None = None,
    name: str = "rune",
    host_resources: Sequence[HostResourceOptions] = (),
) -> Iterator[BuildOptions]:
    """The options that a rune may have been built with, likely ones first: what it is optimised for it does not say.
    `host_resources` are those that its build's report names."""
    try:
        rune_file = read_rune(rune)
    except ContainerError:
        yield BuildOptions(name, runefile=runefile, profile=profile)
        return
    imports = {each.name for each in rune_file.imports}
    resource_choices: list[HostResourceOptions | None] = [None]
    if "rune_resource_open" in imports:
        resource_choices += [*host_resources, HostResourceOptions(every=True)]
    variants = [variant for target in targets() if target.makes_rune for variant in (target, *target.variants)]
    section_name = SectionName.RELAXED.removeprefix(".")
    if any((each.name or "").removeprefix(".") == section_name for each in rune_file.sections):
        variants.sort(key=lambda variant: variant.second is None)
    all_options = [
        BuildOptions(
            _stated_name(rune_file) or name,
            runefile=runefile,
            target=variant,
            profile=profile,
            host_models=has_host_models,
            host_resources=resources,
        )
        for has_host_models in ((False, True) if "rune_model_load" in imports else (False,))
        for resources in resource_choices
        for variant in variants
    ]
    yield from all_options
    if "_debug" in imports:
        yield from (replace(options, timed=True) for options in all_options)


def _stated_version(rune: bytes) -> str | None:
    """The version that a rune names; None where it names none, or is no rune."""
    try:
        version = read_rune(rune).version
    except ContainerError:
        return None
    text = None if version is None else version.get("version")
    return text if isinstance(text, str) and text else None


def _stated_name(rune: RuneFile) -> str | None:
    """The name in the rune's graph, if it is one that a build takes."""
    entry = None if rune.graph is None else rune.graph.get("rune")
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not name.isprintable() or not name.strip(". ") or len(name) > _MOST_NAME:
        return None
    return None if {"/", "\\"} & set(name) else name


def _is_unreadable(rune: bytes) -> bool:
    try:
        read_rune(rune)
    except ContainerError:
        return True
    return False
