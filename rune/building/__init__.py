"""A project's files to a rune and its report: check, compile, pack.

It runs nothing of what it built, and knows no database and no network.
"""

from rune.building.building import build
from rune.building.errors import BuildFailed
from rune.building.report import BuildResult, FileReport, Memory, ModelReport, Report, ReportJson, ResourceReport, Step
from rune.building.spec import BuildOptions, BuildSpec
from rune.toolchain import toolchain_digest

__all__ = [
    "BuildFailed",
    "BuildOptions",
    "BuildResult",
    "BuildSpec",
    "FileReport",
    "Memory",
    "ModelReport",
    "Report",
    "ReportJson",
    "ResourceReport",
    "Step",
    "build",
    "toolchain_digest",
]
