"""The contents of a package, from which its pages and descriptions are written."""

from __future__ import annotations

from dataclasses import dataclass

from rune.compiler.anvil.program import CapabilityRequest
from rune.compiler.anvil.target import Target
from rune.compiler.building.report import BuildReport
from rune.compiler.targets.c.interface import Interface
from rune.compiler.targets.c.selftest import GoldenRun

VERSION = "0.0.0"
"""The version of every package: a rune has no version of its own before it is published, and tools want a number."""


@dataclass(frozen=True)
class Contents:
    """`title` is the rune's name as its person wrote it. `steps` are for people, in the order of the self-test;
    `requests` are the capabilities that the interface's inputs stand for."""

    title: str
    target: Target
    interface: Interface
    steps: tuple[str, ...]
    requests: tuple[CapabilityRequest, ...]
    report: BuildReport
    runs: tuple[GoldenRun, ...]

    @property
    def folder(self) -> str:
        """The name of the package, which every tool accepts: letters, digits and underscores."""
        return self.interface.prefix

    @property
    def header(self) -> str:
        """The file that a program includes."""
        return f"{self.interface.name}.h"

    @property
    def sources(self) -> tuple[str, ...]:
        """Returns the compiled sources, by path."""
        return (f"src/{self.interface.name}.c", f"src/{self.interface.name}_selftest.c")

    @property
    def library(self) -> str:
        """The static library's file."""
        return f"lib{self.interface.prefix}.a"
