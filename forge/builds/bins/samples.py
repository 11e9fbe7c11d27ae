"""The samples of a version of the data that bins come from: the same as its export has, in the same files."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from forge.builds.errors import BinsForbidden, NoSamplesForBins
from forge.compute.child.job_file import JobFile
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.datasets.access import find_version, samples_of
from forge.datasets.models.samples import ENDINGS
from forge.datasets.playing import playable, refusal_of
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.card import origin_of
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.export import Export, exported
from forge.projects.models import Project
from rune.assessment.evaluation.labelled import EvaluationSplit
from rune.datasets.export.data_folder import DATA_FOLDER
from rune.wording import counted


@dataclass(frozen=True)
class SamplesForBins:
    """The samples of a version that may be used for bins now."""

    export: Export

    @property
    def run_count(self) -> int:
        """How many samples are run: those that edges come from, and those of the reference."""
        splits = [EvaluationSplit.from_name(each.split) for each in self.export.samples]
        return (splits.count(EvaluationSplit.TRAIN) or len(splits)) + splits.count(EvaluationSplit.TEST)

    @contextmanager
    def archive(self, tick: Callable[[], None]) -> Iterator[JobFile]:
        """A zip of the samples, open until the end: a file without a name. Calls `tick` after each sample."""
        with tempfile.TemporaryFile(dir=workdir()) as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, open_sample in self.export.files():
                    with open_sample() as source, archive.open(name, "w") as target:
                        shutil.copyfileobj(source, target)
                    tick()
            file.flush()
            yield JobFile(self.export.version.digest, descriptor=file.fileno())


def samples_for_bins(actor: Actor, project: Project, number: int) -> SamplesForBins:
    """Returns the samples of a version that are still stored and whose consent covers their split today.

    The bins are written where all who read the project read them, and a rune, which chooses what is counted, is a
    program of anybody who edits it: only somebody who may play all of these samples takes bins from them.

    Raises `NoSamplesForBins`, `BinsForbidden`, `DataVersionNotFound`, and `Forbidden` or `NotFound`.
    """
    version = find_version(actor, project, number)
    rows = samples_of(actor, project).for_use(SampleUse.BINS).select_related(None).order_by()
    endings = {each: ENDINGS[media_type] for each, media_type in rows.values_list("number", "media_type").iterator()}
    all_entries = entries_of(version)
    entries = [entry for entry in all_entries if entry.number in endings and entry.label]
    if not entries:
        raise NoSamplesForBins(
            f"Version {number} of the data has no sample that may be used: all of its {len(all_entries)} were deleted, "
            "or their consent does not cover this or has ended. Choose another version."
        )
    locked_numbers = set(rows.exclude(playable(actor)).values_list("number", flat=True))
    if locked_count := sum(entry.number in locked_numbers for entry in entries):
        raise BinsForbidden(
            f"You may not play {locked_count} of the {counted(len(entries), 'sample')} of version {number}. "
            f"{refusal_of(project)}"
        )
    samples = [exported(entry, endings[entry.number]) for entry in entries]
    return SamplesForBins(Export(version, origin_of(project, version, all_entries), DATA_FOLDER, samples))
