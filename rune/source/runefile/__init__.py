"""The Rune language: a Runefile's text becomes a checked pipeline, or the list of everything that is wrong with it.

Pure Python that also runs in a browser. It builds nothing, and opens no file but through `ProjectFiles`.
"""

from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile.check import CheckedRunefile, check
from rune.source.runefile.diagnostics import Diagnostic, Edit, Fix, Position, Severity, Span
from rune.source.runefile.draw import draw
from rune.source.runefile.find import RUNEFILE_NAMES, find_runefile, runefile_in
from rune.source.runefile.host_resources import HostResourceOptions
from rune.source.runefile.outline import Outline, OutlineNode, Wire
from rune.source.runefile.pipeline import Pipeline
from rune.source.runefile.syntax import RunefileForm
from rune.source.runefile.to_json import DiagnosticJson, OutlineJson, diagnostic_to_json, outline_to_json

__all__ = [
    "DEFAULT_RUNEFILE",
    "RUNEFILE_NAMES",
    "CheckedRunefile",
    "Diagnostic",
    "DiagnosticJson",
    "Edit",
    "Fix",
    "HostResourceOptions",
    "Outline",
    "OutlineJson",
    "OutlineNode",
    "Pipeline",
    "Position",
    "RunefileForm",
    "Severity",
    "Span",
    "Wire",
    "check",
    "diagnostic_to_json",
    "draw",
    "find_runefile",
    "outline_to_json",
    "runefile_in",
]
