"""The diagnostics of `rune check`: those of the check, and what a build for the targets would refuse."""

from __future__ import annotations

from collections.abc import Sequence

from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import diagnostics_of_build
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.source.policy import Policy
from rune.source.runefile import CheckedRunefile, Diagnostic
from rune.tools.cli.failure import command_failure
from rune.tools.cli.files.policy import preferred_profile, preferred_variant
from rune.tools.cli.files.project import ProjectOnDisk


def diagnostics_for(
    targets: Sequence[Target], project: ProjectOnDisk, checked_runefile: CheckedRunefile, policy: Policy | None
) -> tuple[Diagnostic, ...]:
    """Returns what builds of the project for the targets would report, each once, with the settings that its forge.yml
    gives builds. Raises `CommandFailed` where a limit is reached."""
    policy = policy or Policy()
    models = ProjectModels(project.files)
    diagnostics: dict[Diagnostic, None] = {}
    for target in targets:
        options = BuildOptions(
            project.name,
            runefile=project.runefile,
            target=preferred_variant(target, policy),
            profile=preferred_profile(None, policy),
        )
        try:
            diagnostics |= dict.fromkeys(diagnostics_of_build(checked_runefile, models, options))
        except CompileError as error:
            raise command_failure(f"Unable to check {project.name} for {target.name}", error) from error
    return tuple(diagnostics)
