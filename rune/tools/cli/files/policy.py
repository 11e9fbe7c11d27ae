"""The `forge.yml` of a project that a command builds."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import click

from rune.aim import BALANCED, OPTIMIZATIONS, Aim
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import targets
from rune.model.profile import LITERT, PROFILES, Profile
from rune.project.files import ProjectFiles
from rune.source.policy import POLICY_FILE, LimitKind, Policy, TargetFigures, check_policy
from rune.source.runefile import diagnostic_to_json
from rune.tools.cli.files.project import ProjectOnDisk, show_diagnostics
from rune.tools.cli.terminal.printing import print_json

_PLANNED_KINDS = (LimitKind.SIZE, LimitKind.MEMORY)


def require_policy(files: ProjectFiles, *, is_json: bool = False) -> Policy:
    """The project's policy, an empty one without the file. Ends the command where it has errors, and says which."""
    checked_policy = check_policy(files)
    if is_json and checked_policy.has_errors:
        print_json({"diagnostics": [diagnostic_to_json(each) for each in checked_policy.diagnostics]})
    elif not is_json:
        show_diagnostics(checked_policy.diagnostics, files)
    if checked_policy.has_errors:
        if not is_json:
            click.echo(f"Error: {POLICY_FILE} has an error", err=True)
        sys.exit(1)
    return checked_policy.policy or Policy()


def preferred_variant(target: Target, policy: Policy) -> Target:
    """The variant of the target that the project's `forge.yml` chooses; the target itself without a choice or a
    variant."""
    aim = policy.build.optimize or target.optimized_for if target.makes_rune else preferred_package_aim(policy)
    return target.variant(cast("Aim", aim)) or target


def preferred_package_aim(policy: Policy) -> Aim:
    """Returns the optimisation of packages in the project's `forge.yml`."""
    return cast("Aim", policy.build.optimize_packages or BALANCED)


def preferred_profile(match: str | None, policy: Policy) -> Profile:
    """The reference whose results models reproduce: `--match`, else the setting of `forge.yml`."""
    return PROFILES[match or policy.build.match or LITERT.option]


def target_figures(project: ProjectOnDisk, policy: Policy) -> Mapping[str, TargetFigures]:
    """The needs of the rune on each target that the policy limits, where it can be built for the target."""
    limited_targets = {each.label for each in policy.limits if each.kind.is_of_target and each.label is not None}
    if not limited_targets:
        return {}
    from rune.devices.emulation.measuring import measured_or_planned  # it loads what emulates small cores

    targets_by_name = {target.name: target for target in targets() if not target.makes_rune}
    figures = {}
    for name in sorted(limited_targets & set(targets_by_name)):
        target, profile = preferred_variant(targets_by_name[name], policy), preferred_profile(None, policy)
        try:
            result = build(
                project.files, BuildOptions(project.name, runefile=project.runefile, target=target, profile=profile)
            )
        except (BuildFailed, CompileError) as error:
            figures[name] = TargetFigures(0, 0, None, f"it cannot be built for it: {error}")
            continue
        optimization = OPTIMIZATIONS[preferred_package_aim(policy)]
        needs, reason = measured_or_planned(result, project.name, optimization=optimization)
        figures[name] = TargetFigures(needs.flash, needs.ram, needs.instructions, reason or "")
    return figures


def limits_known_after_build(policy: Policy) -> Policy:
    """The policy with only those limits that are known after a build, without running anything."""
    return replace(policy, limits=tuple(each for each in policy.limits if each.kind in _PLANNED_KINDS))
