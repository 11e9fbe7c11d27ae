"""Making a package for a target, in the compiler's process: sources with a self-test, and what they need on its core.

A package is made from the rune of the same files, which the build has by then: its self-test compares with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_answers import Answers
from forge.compute.child.job_files import JobFiles
from forge.compute.child.output_file import write_output
from rune.aim import OPTIMIZATIONS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.building.spec import SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.devices.boards.describing import NeedsJson
from rune.devices.emulation.cores import core_of
from rune.devices.emulation.errors import EmulationError
from rune.devices.emulation.measuring import measured_or_planned, measured_stages, period_of
from rune.devices.emulation.running import missing_package
from rune.devices.packages.errors import PackageRefused
from rune.devices.packages.packaging import package
from rune.source.policy import BuildPreferences, check_policy
from rune.source.runefile import diagnostic_to_json

EMULATION_SECONDS = 60.0
"""An emulated core that has not ended its runs by then is stopped, and the figures are those of the plan."""


def preferences_of(files: JobFiles) -> BuildPreferences:
    """Returns the build settings of the project's `forge.yml`; empty where it cannot be read."""
    policy = check_policy(files).policy
    return BuildPreferences() if policy is None else policy.build


def make_package(job: Mapping[str, Any], files: JobFiles, answers: Answers, rune: bytes, output: int) -> None:
    """The steps `package` and `count` of a job, those that it names. `rune` is that of the same files and options.

    A package that does not leave here is answered as `failed`, with the reason.
    """
    options = SpecOptions.from_json(job["spec"]["options"]).with_preferences(preferences_of(files))
    target = find_variant(job["spec"]["target"], options.optimize)
    if "package" in job["steps"]:
        try:
            result = package(
                files,
                BuildOptions.of_spec(options, target),
                rune=rune,
            )
        except PackageRefused as error:
            answers.send("failed", error=f"{error}.", diagnostics=[])
            return
        write_output(output, result.zipped())
        answers.send(
            "built",
            report=result.report.to_json(),
            diagnostics=[diagnostic_to_json(one) for one in result.diagnostics],
        )
        build_result = result.build_result
    else:
        build_result = build(
            files,
            BuildOptions.of_spec(options, target),
        )
    if "count" in job["steps"]:
        answers.send("counted", needs=_needs(build_result, options.name))


def _needs(build_result: BuildResult, name: str) -> NeedsJson:
    optimization = OPTIMIZATIONS[build_result.report.optimized_for]
    needs, reason = measured_or_planned(build_result, name, EMULATION_SECONDS, optimization)
    stages = _stages(build_result, name, optimization) if needs.is_measured else {}
    core = core_of(build_result.report.target)
    return {
        "flash": needs.flash,
        "ram": needs.ram,
        "instructions": needs.instructions,
        "stages": [{"stage": stage, "instructions": count} for stage, count in stages.items()],
        "period": period_of(build_result.program.capabilities),
        "not_measured": reason,
        "missing": None if core is None or reason is None else missing_package(core),
    }


def _stages(build_result: BuildResult, name: str, optimization: str) -> Mapping[str, int]:
    """Instructions by stage; none where the slower firmware that tells them did not come to its end."""
    try:
        return measured_stages(build_result, name, EMULATION_SECONDS, optimization)
    except EmulationError:
        return {}
