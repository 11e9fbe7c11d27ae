"""`rune check --fix`: applies the safe fixes of diagnostics until none is left that can be applied."""

from __future__ import annotations

from dataclasses import dataclass

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_fixes
from rune.project.files import FileError
from rune.source.runefile import CheckedRunefile, Diagnostic, Fix, check
from rune.source.runefile.stages.models import Signatures
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.project import ProjectOnDisk
from rune.tools.cli.projects.edited_files import EditedFiles

_MAX_ROUNDS = 10
"""A limit, because fixes might never end."""


@dataclass(frozen=True)
class FixedProject:
    """The texts that changed, by path, before and after; what was fixed, in order; and the project afterwards."""

    texts: dict[str, tuple[str, str]]
    fixed_diagnostics: tuple[Diagnostic, ...]
    checked_runefile: CheckedRunefile
    files: EditedFiles


def fix_project(project: ProjectOnDisk, checked_runefile: CheckedRunefile, signatures: Signatures) -> FixedProject:
    """Nothing is written, and nothing is guessed: only fixes that are safe are applied."""
    before: dict[str, str] = {}
    texts: dict[str, str] = {}
    fixed_diagnostics: list[Diagnostic] = []
    seen_texts = {checked_runefile.source.text}
    files = EditedFiles(project.files, texts)
    for _ in range(_MAX_ROUNDS):
        current = {**_texts_of(project, checked_runefile), **texts}
        before = {**current, **before}
        result = apply_fixes(current, checked_runefile.diagnostics)
        if not result.applied_fixes:
            break
        changed = {path: text for path, text in result.texts.items() if text != current[path]}
        after = EditedFiles(project.files, {**texts, **changed})
        next_runefile = check(after, PUBLISHED_BLOCKS, runefile=project.runefile, signatures=signatures)
        if next_runefile.source.text in seen_texts:
            break  # The fixes go round in a circle.
        seen_texts.add(next_runefile.source.text)
        fixed_diagnostics += _fixed_by(result.applied_fixes, checked_runefile)
        texts, files, checked_runefile = {**texts, **changed}, after, next_runefile
    changes = {path: (before[path], text) for path, text in texts.items() if text != before[path]}
    return FixedProject(changes, tuple(fixed_diagnostics), checked_runefile, files)


def _fixed_by(applied_fixes: tuple[Fix, ...], checked_runefile: CheckedRunefile) -> list[Diagnostic]:
    return [each for each in checked_runefile.diagnostics if each.fixes and each.fixes[0] in applied_fixes]


def _texts_of(project: ProjectOnDisk, checked_runefile: CheckedRunefile) -> dict[str, str]:
    """The Runefile as the check read it, and the other files that fixes change."""
    texts = {project.runefile: checked_runefile.source.text}
    for diagnostic in checked_runefile.diagnostics:
        for fix in diagnostic.fixes:
            for edit in fix.edits:
                if edit.file not in texts:
                    try:
                        texts[edit.file] = project.files.read(edit.file).decode("utf-8")
                    except (FileError, UnicodeDecodeError):
                        continue  # A fix of a file that cannot be read is left.
    return texts


def require_folder(project: ProjectOnDisk) -> None:
    """Ends the command for a project that is inside a zune, which is not written to."""
    if project.folder is None:
        raise CommandFailed(f"The Runefile of {project.name} is inside a zune, which is never changed; unpack it first")
