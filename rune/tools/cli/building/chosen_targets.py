"""The targets that a command line names, as variants for what the build is optimised for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from rune.aim import Aim
from rune.compiler.anvil.target import Target
from rune.compiler.targets.lookup import UnknownTarget, find_target


def chosen_targets(names: Sequence[str], aim: Aim | None) -> tuple[tuple[Target, ...], Mapping[str, str]]:
    """Returns the targets to build for, and why others of them cannot be built so, by name. Raises `click.UsageError`
    where none can be built."""
    targets: list[Target] = []
    refusals: dict[str, str] = {}
    distinct_names = tuple(dict.fromkeys(names))
    for name in distinct_names:
        target = named_target(name)
        try:
            targets.append(_variant(target, aim or target.optimized_for))
        except click.UsageError as error:
            # The sources of a package are the same for every aim: beside other targets they are made as they are.
            if len(distinct_names) > 1 and not target.makes_rune:
                targets.append(target)
            else:
                refusals[name] = error.message
    if not targets:
        raise click.UsageError(next(iter(refusals.values())))
    return tuple(targets), refusals


def require_fitting(targets_: Sequence[Target], *, timed: bool, explained: bool) -> None:
    """Refuses options that need a rune for other targets, and options about one target for several."""
    for target in targets_:
        if timed and not target.makes_rune:
            raise click.UsageError(
                f"--timed is for runes; the target {target.name} has no host to tell when a stage ends"
            )
    if len(targets_) > 1 and explained:
        raise click.UsageError("--explain is about one target; give --target once")


def named_targets(names: Sequence[str]) -> tuple[Target, ...]:
    """Returns the targets of these names, each once. Raises `click.UsageError` for a name that no target has."""
    return tuple(map(named_target, dict.fromkeys(names)))


def named_target(name: str) -> Target:
    """Returns the target of a name. Raises `click.UsageError` where there is none."""
    try:
        return find_target(name)
    except UnknownTarget as error:
        raise click.BadParameter(f"{error}", param_hint="--target") from error


def _variant(target: Target, aim: Aim) -> Target:
    variant = target.variant(aim)
    if variant is not None:
        return variant
    if not target.makes_rune:
        raise click.UsageError(
            f"--optimize {aim} changes nothing for {target.name}: its sources are compiled by you, with -Os or -O3"
        )
    aims = ", ".join(each.optimized_for for each in (target, *target.variants))
    raise click.UsageError(f"The target {target.name} is not optimised for {aim}, only for: {aims}")
