"""A project looked at once: what all answers to an editor are made from. It answers nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from rune.files import ProjectFiles
from rune.runefile import DEFAULT_RUNEFILE, Checked, check
from rune.runefile.model_stages import Signatures
from rune.runefile.source import SourceText


@dataclass(frozen=True)
class Analysis:
    """The files of a project at one moment, and all that a check found out about its Runefile, `runefile`."""

    files: ProjectFiles
    runefile: str
    checked: Checked

    @property
    def source(self) -> SourceText:
        """The Runefile's text as it was read."""
        return self.checked.source


def analyse(files: ProjectFiles, *, runefile: str | None = None, signatures: Signatures | None = None) -> Analysis:
    """Looks at a project. Whatever is wrong with it is a diagnostic; nothing is raised.

    `runefile` is the path of the Runefile, by default the one that the project has. `signatures` gives a model's
    inputs and outputs by its path; without it the models are read from `files`.
    """
    path = DEFAULT_RUNEFILE if runefile is None else runefile
    return Analysis(files, path, check(files, runefile=path, signatures=signatures))
