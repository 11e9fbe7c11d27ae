"""The errors of a build that the project is to blame for."""

from __future__ import annotations

from rune.source.runefile import Diagnostic, Severity
from rune.wording import counted


class BuildFailed(Exception):
    """The project is to blame; `diagnostics` say where and why, warnings included."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = [one for one in diagnostics if one.severity is Severity.ERROR]
        super().__init__(counted(len(errors), "error") if len(errors) != 1 else errors[0].message)
        self.diagnostics = diagnostics
