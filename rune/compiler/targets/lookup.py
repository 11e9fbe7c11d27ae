"""Finds the targets: the packages beside this file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from rune.aim import Aim
from rune.compiler.anvil.target import Target


class UnknownTarget(Exception):
    """There is no target of this `name`; `targets` are those that there are."""

    def __init__(self, name: str, targets: tuple[str, ...]) -> None:
        super().__init__(f"there is no target {name!r}; the targets are {', '.join(targets)}")
        self.name = name
        self.targets = targets


@cache
def targets() -> tuple[Target, ...]:
    """Returns all targets by name."""
    folder = Path(__file__).parent
    packages = [module.name for module in pkgutil.iter_modules([str(folder)]) if module.ispkg]
    targets_ = [importlib.import_module(f"rune.compiler.targets.{package}").TARGET for package in packages]
    return tuple(sorted(targets_, key=lambda target: target.name))


def find_target(name: str) -> Target:
    """Raises `UnknownTarget`."""
    for target in targets():
        if target.name == name:
            return target
    raise UnknownTarget(name, tuple(target.name for target in targets()))


def find_variant(name: str, aim: Aim) -> Target:
    """The target, optimised for this; as it is where there is no such variant. Raises `UnknownTarget`."""
    target = find_target(name)
    return target.variant(aim) or target
