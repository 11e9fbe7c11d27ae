"""The analysis of a project, which all answers of the language service use. It has no answers itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rune.blocks.resolver import BlockResolver
from rune.blocks.signature import Block
from rune.model.tflite import ModelError, ModelSignature, describe, read_model
from rune.model.tflite import signature as signature_of
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.source.runefile import CheckedRunefile, check, runefile_in
from rune.source.runefile.blocks.python_blocks import AvailableBlocks
from rune.source.runefile.source import SourceText
from rune.source.runefile.stages.models import Signatures
from rune.source.runefile.syntax import StageKind, StageSyntax

Descriptions = Callable[[str], Mapping[str, object] | None]
"""The descriptions of models by `rune.model.tflite.describe`, by normal path; None when a model is unknown."""


@dataclass(frozen=True)
class Analysis:
    """The files of a project at one moment, and all that a check found out about its Runefile, `runefile`."""

    files: ProjectFiles
    blocks: BlockResolver
    runefile: str
    checked_runefile: CheckedRunefile
    signatures: Signatures = field(repr=False)
    descriptions: Descriptions = field(repr=False)

    @property
    def source(self) -> SourceText:
        """The Runefile's text as it was read."""
        return self.checked_runefile.source

    def block_of(self, stage: StageSyntax) -> Block | None:
        """The block that a stage runs; None for a stage of another kind, and where no block is found."""
        return self.blocks.find(stage.target.text.strip()) if stage.kind is StageKind.BLOCK else None

    def signature(self, path: str) -> ModelSignature | None:
        """The inputs and outputs of a model of the project; None when it cannot be read."""
        try:
            return self.signatures(normal_path(path))
        except (FileError, ModelError):
            return None

    def description(self, path: str) -> Mapping[str, object] | None:
        """Returns the description of a model for a person; None when it cannot be read."""
        try:
            return self.descriptions(normal_path(path))
        except (FileError, ModelError):
            return None

    def text_file(self, path: str) -> str | None:
        """The text of a file of the project; None when there is none."""
        try:
            return self.files.read(path).decode("utf-8-sig")
        except (FileError, UnicodeDecodeError):
            return None


def analyse(
    files: ProjectFiles,
    blocks: BlockResolver,
    *,
    runefile: str | None = None,
    signatures: Signatures | None = None,
    descriptions: Descriptions | None = None,
) -> Analysis:
    """Analyses a project. All problems are diagnostics; nothing is raised.

    `blocks` finds the proc-blocks. `runefile` is the path of the Runefile, by default the one that the project has.
    `signatures` gives a model's inputs and outputs by its path, `descriptions` what else there is to tell; without
    them `files` are read.
    """
    path = runefile or runefile_in(files)
    signature_reader = signatures or _remembered(lambda path: signature_of(read_model(files.read(path))))
    description_reader = descriptions or (lambda path: describe(read_model(files.read(path))))
    checked_runefile = check(files, blocks, runefile=path, signatures=signature_reader)
    return Analysis(files, AvailableBlocks(blocks, files), path, checked_runefile, signature_reader, description_reader)


def _remembered(signatures: Signatures) -> Signatures:
    """Reads each model once."""
    results: dict[str, ModelSignature | FileError | ModelError] = {}

    def remembered(path: str) -> ModelSignature:
        if path not in results:
            try:
                results[path] = signatures(path)
            except (FileError, ModelError) as error:
                results[path] = error
        result = results[path]
        if isinstance(result, Exception):
            raise result
        return result

    return remembered
