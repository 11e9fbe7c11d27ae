"""The labelled samples that a command is given, with the splits that the project's model was trained with."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from rune.assessment.evaluation.errors import SamplesRefused
from rune.assessment.evaluation.labelled import EvaluationSplit, LabelledSample
from rune.assessment.evaluation.reading import ZipFiles, samples_in_table, samples_of
from rune.datasets.splits import RECORDINGS, SPLITS_SUFFIX
from rune.project.files import FileError, FolderFiles
from rune.source.policy import check_policy
from rune.tools.cli.failure import command_failure
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.files.project import ProjectOnDisk

LEARNED_NOTE: Final = (
    "The model learned from some of these samples, so this does not say how right it is on others. rune train "
    "says which are its test split, in the file of splits beside the model; or put samples into folders named train, "
    "validation and test"
)
"""The reason why an evaluation says little."""


@contextmanager
def open_samples(path: Path) -> Iterator[Sequence[LabelledSample]]:
    """Opens the samples of a folder, a table or a zip, which stays open meanwhile."""
    try:
        if path.is_dir():
            yield samples_of(FolderFiles(path))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield samples_of(ZipFiles(archive))
        else:
            yield samples_in_table(FolderFiles(path.parent), read_input_file(path))
    except (SamplesRefused, FileError, zipfile.BadZipFile) as error:
        raise command_failure(f'Unable to read the samples of "{path}"', error) from error


def divided(project: ProjectOnDisk, path: Path, samples: Sequence[LabelledSample]) -> Sequence[LabelledSample]:
    """Returns the samples with the splits that `rune train` gave those that the project's model is trained with, where
    these name none. One that came later is for testing: the model learned nothing from it."""
    training = check_policy(project.files).training
    if project.folder is None or training is None or not has_learned_from(project, path, samples):
        return samples
    file = (project.folder / training.model).with_suffix(SPLITS_SUFFIX)
    try:
        rows = json.loads(file.read_bytes()).get(RECORDINGS, {})
        splits = {str(name): EvaluationSplit.from_name(str(split)) for name, split in rows.items()}
    except (OSError, ValueError, AttributeError):
        return samples
    return [replace(each, split=splits.get(each.name) or each.split) for each in samples]


def has_learned_from(project: ProjectOnDisk, path: Path, samples: Sequence[LabelledSample]) -> bool:
    """Returns whether samples are those that the project's model is trained with, none of which says for which split
    it is."""
    training = check_policy(project.files).training
    if project.folder is None or training is None:
        return False
    if any(sample.split is not EvaluationSplit.TEST for sample in samples):
        return False
    return path.resolve() == (project.folder / training.data).resolve()
