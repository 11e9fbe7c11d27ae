"""From a project to a package: the sources in C, golden runs of the project's rune for them, a library, and what stands
beside them. The same files, name and target give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rune.compiler.anvil.compiling.allowance import Allowance, CompilerLimits
from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildReport, BuildResult, BuildStep, file_reports
from rune.compiler.targets.c.interface import Interface, interface_of
from rune.compiler.targets.c.library import library_sources
from rune.compiler.targets.c.selftest import GoldenRun, selftest_file
from rune.compiler.targets.c.trace import step_names
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.devices.packages.contents import Contents
from rune.devices.packages.errors import SelfTestFailed
from rune.devices.packages.firmware import firmware_of
from rune.devices.packages.golden import compare_recordings, golden_runs
from rune.devices.packages.layouts import LAYOUTS
from rune.devices.packages.readme import readme
from rune.devices.packages.sandbox import Sandbox
from rune.project.archive import zip_files
from rune.project.files import ProjectFiles
from rune.running.runtime.inputs.recordings import RequiredInput, recordings_for
from rune.source.runefile import Diagnostic


@dataclass(frozen=True)
class Package:
    """The files by their path in the package's folder, which is called `folder`, and what the build says of them: they
    have its report too, which cannot name itself. `build_result` is what the target's compiler made for it."""

    folder: str
    files: Mapping[str, bytes]
    report: BuildReport
    diagnostics: tuple[Diagnostic, ...]
    build_result: BuildResult = field(repr=False)

    def zipped(self) -> bytes:
        """One archive with the folder."""
        return zip_files({f"{self.folder}/{path}": data for path, data in self.files.items()})


def package(
    files: ProjectFiles,
    options: BuildOptions,
    *,
    log: Callable[[BuildStep], None] | None = None,
    rune: bytes | None = None,
    rune_target: Target = WASM32,
) -> Package:
    """Packages a project for a target that makes no rune. `rune` is the project's rune where it was built before; else
    it is built now, for `rune_target`. The limits of `options` are those of the whole work: both builds, the self-test,
    the library and the firmware.

    Raises what `build` raises, `rune.devices.packages.errors.PackageRefused`, and `ValueError` for a target that makes
    runes.
    """
    name, target = options.name, options.target
    if target.makes_rune:
        raise ValueError(f"{target.name} makes a rune, which is one file")
    allowance = Allowance(options.limits or CompilerLimits())
    build_result = build(files, options, log=log, allowance=allowance)
    if rune is None:
        rune = build(files, replace(options, target=rune_target, host_models=False), allowance=allowance).rune
    interface, steps = interface_of(build_result.program, name), step_names(build_result.program)
    sources = {path: data for path, data in build_result.files.items() if path not in target.starting_points}
    recordings = _recordings(files, build_result.program)
    tested_sources, runs, comparison_count = _with_self_test(
        rune, build_result, sources, interface, steps, recordings, allowance
    )
    contents = Contents(name, target, interface, steps, build_result.program.capabilities, build_result.report, runs)
    contents_by_path = {
        f"include/{contents.header}": tested_sources[contents.header],
        **{f"src/{path}": data for path, data in tested_sources.items() if path.endswith(".c")},
        **{path: data for path, data in tested_sources.items() if path.endswith(".json")},
        **{path: data for path, data in build_result.files.items() if path in target.starting_points},
        "README.md": readme(contents).encode(),
    }
    if target.library is not None:
        library = compile_sources(library_sources(tested_sources, interface.name), target.library, allowance)
        contents_by_path[f"lib/{contents.library}"] = library
    if target.board is not None:
        firmware = firmware_of(contents, rune, tested_sources, target.board, allowance)
        contents_by_path[f"firmware/{interface.name}.uf2"] = firmware.uf2
        contents_by_path[f"firmware/{interface.name}.json"] = firmware.description_file()
    for layout in LAYOUTS:
        contents_by_path |= {path: text.encode() for path, text in layout(contents).items()}
    contents_by_path = dict(sorted(contents_by_path.items()))
    report = replace(build_result.report, files=file_reports(contents_by_path))
    contents_by_path["report.json"] = _report(report, runs, comparison_count)
    return Package(contents.folder, contents_by_path, report, build_result.diagnostics, build_result)


def _with_self_test(
    rune: bytes,
    build_result: BuildResult,
    sources: Mapping[str, bytes],
    interface: Interface,
    steps: Sequence[str],
    recordings: Sequence[Sequence[bytes]],
    allowance: Allowance,
) -> tuple[Mapping[str, bytes], tuple[GoldenRun, ...], int]:
    """The sources with their self-test, which was passed, its golden runs, and how many recordings were compared.
    Raises `PackageRefused`."""

    def with_runs(runs: Sequence[GoldenRun]) -> Mapping[str, bytes]:
        text = selftest_file(interface, steps, runs)
        return {**sources, f"{interface.name}_selftest.c": text.encode("ascii")}

    unknown = GoldenRun(1, (0,) * len(steps))
    target = build_result.report.target
    runs = golden_runs(rune, build_result.program, Sandbox(with_runs([unknown]), interface, allowance), target)
    tested_sources = with_runs(runs)
    sandbox = Sandbox(tested_sources, interface, allowance)
    result = sandbox.self_test()
    if result:
        raise SelfTestFailed(target, steps[result - 1] if result > 0 else "it starts")
    return tested_sources, runs, compare_recordings(rune, build_result.program, sandbox, recordings, target)


def _recordings(files: ProjectFiles, program: Program) -> tuple[tuple[bytes, ...], ...]:
    """The project's own recordings as runs: as many as there are for each input."""
    inputs = [RequiredInput(each.kind, each.parameters, each.type) for each in program.capabilities]
    return tuple(zip(*recordings_for(files, inputs), strict=False))


def _report(report: BuildReport, runs: Sequence[GoldenRun], recordings: int) -> bytes:
    """The build's report without what a clock said."""
    timeless = {key: value for key, value in report.to_json().items() if key != "steps"}
    self_test = {"runs": len(runs), "recordings": recordings}
    return (json.dumps({**timeless, "self_test": self_test}, indent=2, sort_keys=True) + "\n").encode()
