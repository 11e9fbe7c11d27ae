"""What commands that build a project do with its `forge.yml`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import click

from rune.compiler.anvil.aim import BALANCED, OPTIMIZATIONS, Aim
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.profile import LITERT, PROFILES, Profile
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.targets.finding import targets
from rune.devices.emulation.measuring import measured_or_planned
from rune.project.files import ProjectFiles
from rune.source.policy import POLICY_FILE, LimitKind, Policy, TargetFigures, check_policy
from rune.source.runefile import diagnostic_to_json
from rune.tools.cli.printing import print_json
from rune.tools.cli.project import Project, show_diagnostics

_PLANNED = (LimitKind.SIZE, LimitKind.MEMORY)


def require_policy(files: ProjectFiles, *, is_json: bool = False) -> Policy:
    """The project's policy, an empty one without the file. Ends the command where it has errors, and says which."""
    checked = check_policy(files)
    if is_json and checked.has_errors:
        print_json({"diagnostics": [diagnostic_to_json(each) for each in checked.diagnostics]})
    elif not is_json:
        show_diagnostics(checked.diagnostics, files)
    if checked.has_errors:
        if not is_json:
            click.echo(f"Error: {POLICY_FILE} cannot be read", err=True)
        sys.exit(1)
    return checked.policy or Policy()


def wished_variant(target: Target, policy: Policy) -> Target:
    """The target as the project's `forge.yml` has it optimised; itself where it says nothing, or there is no such
    variant."""
    aim = cast("Aim", policy.build.optimize or BALANCED) if target.makes_rune else wished_for_packages(policy)
    return target.variant(aim) or target


def wished_for_packages(policy: Policy) -> Aim:
    """What packages are optimised for, as the project's `forge.yml` says."""
    return cast("Aim", policy.build.optimize_packages or BALANCED)


def wished_profile(match: str | None, policy: Policy) -> Profile:
    """Whose results models give: as was given to the command, else as `forge.yml` says."""
    return PROFILES[match or policy.build.match or LITERT.option]


def target_figures(project: Project, policy: Policy) -> Mapping[str, TargetFigures]:
    """What the rune needs on each target that the policy limits, as far as it can be built for them."""
    wanted = {each.label for each in policy.limits if each.kind.is_of_target and each.label is not None}
    known = {target.name: target for target in targets() if not target.makes_rune}
    found = {}
    for name in sorted(wanted & set(known)):
        target, profile = wished_variant(known[name], policy), wished_profile(None, policy)
        try:
            built = build(project.files, project.name, runefile=project.runefile, target=target, profile=profile)
        except (BuildFailed, CompileError) as error:
            found[name] = TargetFigures(0, 0, None, f"it cannot be built for it: {error}")
            continue
        told = OPTIMIZATIONS[wished_for_packages(policy)]
        needs, reason = measured_or_planned(built, project.name, optimization=told)
        found[name] = TargetFigures(needs.flash, needs.ram, needs.instructions, reason or "")
    return found


def planned(policy: Policy) -> Policy:
    """With the limits alone that a build can tell without running anything."""
    return replace(policy, limits=tuple(each for each in policy.limits if each.kind in _PLANNED))
