"""Decides whether a recipe can learn from a version of the data, as far as its list of samples says, before a run or a
search begins, and for the form.

The run itself reads the bytes, and may find more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Sum

from forge.core.blobs.store import open_blob
from forge.core.errors import BytesDamaged, Conflict, NotFound
from forge.datasets.models import DataVersion, Sample
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.manifest import Entry
from forge.datasets.versions.other_projects import usable_samples
from forge.learning.learnable_data.archive import usable_entries
from forge.learning.recipes import RecipeJson
from forge.projects.models import Project
from rune.datasets import training_limits
from rune.datasets.content.content import Kind
from rune.datasets.learnable import DataPlace, DataProblem, DataRecording, LearnedAnswer, first_problem
from rune.datasets.positions import read_positions
from rune.datasets.splits import Split
from rune.wording import counted, size_text

LONGEST_HEADER = 64 * 1024
"""Bytes in which the names of a table's columns are looked for."""
PLACES: Mapping[DataPlace, tuple[str, str]] = {
    DataPlace.SAMPLES: ("data", "Open Data"),
    DataPlace.LABELS: ("data", "Open Data"),
    DataPlace.MARKS: ("data", "Mark objects"),
    DataPlace.RECIPE: ("data", "Open Data"),
}
"""The page of the project where a lack is fixed, and the text of the link to it."""


class DataTooLarge(Conflict):
    """The version of the data has more than a run learns from."""

    title = "The data is too large to train on"


class DataNotLearnable(Conflict):
    """The recipe cannot learn from this version of the data: labels, people, marks or recordings are missing."""

    title = "The recipe cannot learn from this data"


@dataclass(frozen=True)
class VersionData:
    """The samples of a version that a project may learn from now."""

    recordings: Sequence[DataRecording]
    columns: int = 0
    """The number of columns of the first table; 0 where there is none."""

    @cached_property
    def labels(self) -> Mapping[str, int]:
        """How many samples each label has."""
        return Counter(each.label for each in self.recordings)

    @cached_property
    def splits(self) -> Mapping[str, int]:
        """How many samples each split has."""
        counts = Counter(each.split for each in self.recordings)
        return {split.value: counts[split.value] for split in Split}

    @property
    def people(self) -> int:
        """How many people or devices the samples are of, as far as the data says."""
        return len({each.group for each in self.recordings if each.group})

    def label_count(self, recipe: RecipeJson) -> int:
        """Returns how many labels a recipe would learn from this."""
        if LearnedAnswer(recipe["learns"]) is LearnedAnswer.OBJECTS:
            return len({position.label for each in self.recordings for position in each.positions or ()})
        return len(self.labels)


def version_data(version: DataVersion, project: Project) -> VersionData:
    """Returns the samples of a version that the project may learn from now. The caller may use the version."""
    entries = usable_entries(version, project)
    return VersionData([_recording(each) for each in entries], _columns(entries))


def data_problem(
    data: VersionData,
    recipe: RecipeJson,
    arguments: Mapping[str, float],
) -> DataProblem | None:
    """Returns the reason why a recipe cannot learn from this data; None where nothing speaks against it."""
    if not data.recordings:
        message = (
            "No sample of this version may be learned from now: consents ended or were withdrawn. Save a new version."
        )
        return DataProblem(message, DataPlace.LABELS)
    least = 0
    if recipe["kind"] == Kind.SOUND and not recipe["fills_windows"]:
        # A recording that lacks more than one step of a window surely fills none.
        least = max(int(arguments.get("duration", 0)) - int(arguments.get("step", 0)), 0)
    answer = LearnedAnswer(recipe["learns"])
    return first_problem(data.recordings, Kind(recipe["kind"]), answer, recipe["name"], least)


def require_learnable(
    version: DataVersion,
    project: Project,
    recipe: RecipeJson,
    arguments: Mapping[str, float],
) -> None:
    """Raises `DataTooLarge`, and `DataNotLearnable` where a run of a recipe on a version would end with nothing."""
    _require_small(version, project)
    problem = data_problem(version_data(version, project), recipe, arguments)
    if problem is not None:
        raise DataNotLearnable(problem.text)


def _require_small(version: DataVersion, project: Project) -> None:
    """Raises `DataTooLarge` where a project may learn from more samples of a version, or more bytes, than a run takes.

    The list of the samples is read only if the figures of the version or of its data set are over a limit.
    """
    stored_bytes = Sample.objects.filter(data_set=version.data_set_id).aggregate(size=Sum("size"))["size"] or 0
    if version.figures["samples"] <= training_limits.MAX_RECORDINGS and stored_bytes <= training_limits.MAX_BYTES:
        return
    sizes = dict(usable_samples(version, project, SampleUse.TRAINING).included().values_list("number", "size"))
    own = [sizes[entry.number] for entry in entries_of(version) if entry.number in sizes]
    if len(own) > training_limits.MAX_RECORDINGS:
        _refuse(version, f"{len(own):,} samples", f"{training_limits.MAX_RECORDINGS:,}")
    if sum(own) > training_limits.MAX_BYTES:
        _refuse(version, f"{size_text(sum(own))} of samples", size_text(training_limits.MAX_BYTES))


def _refuse(version: DataVersion, amount: str, most: str) -> None:
    message = f"Version {version.number} has {amount} to learn from, and a run takes at most {most}."
    raise DataTooLarge(f"{message} {training_limits.ADVICE}")


def met_needs(data: VersionData, recipe: RecipeJson) -> str:
    """Returns the part of the data that a recipe needs, in a few words: "4 labels, 23 people"."""
    words = {
        LearnedAnswer.LABELS: counted(len(data.labels), "label"),
        LearnedAnswer.NORMAL: "learns one label as normal",
        LearnedAnswer.WORD: "learns one word",
        LearnedAnswer.OBJECTS: counted(sum(each.positions is not None for each in data.recordings), "marked picture"),
        LearnedAnswer.NUMBER: counted(len(data.recordings), "table"),
    }[LearnedAnswer(recipe["learns"])]
    return f"{words}, {counted(data.people, 'person', 'people')}" if data.people > 1 else words


def _recording(entry: Entry) -> DataRecording:
    return DataRecording(
        f"sample {entry.number:04d}",
        Kind(entry.kind),
        entry.label,
        "" if entry.group is None else f"group-{entry.group}",
        entry.split,
        entry.digest,
        read_positions(entry.positions),
        entry.milliseconds,
    )


def _columns(entries: Sequence[Entry]) -> int:
    first = next((each for each in entries if each.kind == Kind.TABLE), None)
    if first is None:
        return 0
    try:
        with open_blob(first.digest) as file:
            header = file.read(LONGEST_HEADER).partition(b"\n")[0]
    except (NotFound, BytesDamaged):  # deleted meanwhile, or not what its digest says
        return 0
    return header.count(b",") + 1
