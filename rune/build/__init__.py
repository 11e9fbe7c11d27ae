"""A project's files to a rune and its report: check, compile, pack.

It runs nothing of what it built, and knows no database and no network.
"""

from rune.build.building import build
from rune.build.errors import BuildFailed
from rune.build.report import BuildResult, Memory, ModelReport, Report, ResourceReport, Step
from rune.build.spec import BuildOptions, BuildSpec
from rune.toolchain import toolchain_digest

__all__ = [
    "BuildFailed",
    "BuildOptions",
    "BuildResult",
    "BuildSpec",
    "Memory",
    "ModelReport",
    "Report",
    "ResourceReport",
    "Step",
    "build",
    "toolchain_digest",
]
