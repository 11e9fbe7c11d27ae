"""Building a rune again from the spec of its build, as its provenance states it, and comparing all bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.assessment.verify.runes.rebuild import compare_with_rebuild
from rune.assessment.verify.runes.rebuild_result import RebuildResult
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import RUNE_TARGET, SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.project.files import ProjectFiles
from rune.source.policy import BuildPreferences, check_policy


class UnknownSpec(Exception):
    """The spec is of another target, or has options that this version does not know."""


def rebuild_from_spec(files: ProjectFiles, rune: bytes, spec: Mapping[str, Any]) -> RebuildResult:
    """Builds files with the options of a spec, and compares the result with a rune. Raises `UnknownSpec`.

    `spec` is `rune.compiler.building.BuildSpec` as JSON. It may be anything: only its options are read, and equal bytes
    decide.
    """
    if spec.get("target") != RUNE_TARGET:
        raise UnknownSpec(f"only runes are built again, and this is for {str(spec.get('target'))[:60]}")
    policy = check_policy(files).policy
    try:
        options = SpecOptions.from_json(spec["options"]).with_preferences(
            BuildPreferences() if policy is None else policy.build
        )
        target = find_variant(RUNE_TARGET, options.optimize)
        toolchain = str(spec["toolchain"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownSpec(f"its options are unknown to this version ({type(error).__name__})") from error
    return compare_with_rebuild(files, rune, [BuildOptions.of_spec(options, target)], toolchain)
