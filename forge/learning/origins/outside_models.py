"""The model files of a project that were trained outside the server, as the records beside them say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.learning.offers.changed_models import Files
from forge.learning.origins.records import MAX_RECORD, BadRecord, TrainingRecord, model_path, read_training_record
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun
from forge.learning.training_data import model_owners
from forge.projects.models import Project
from forge.projects.versions.store import WorkingTree
from rune.source.policy.model_files import RECORD_SUFFIX
from rune.wording import quoted, size_text

MOST_RECORDS = 100
"""Records that are read for a page."""


@dataclass(frozen=True)
class OutsideModel:
    """A model file whose record says that it was trained, by no run or search of the project's organisation. `record`
    is None where it cannot be believed, and `problem` says why."""

    path: str
    digest: str
    record: TrainingRecord | None
    problem: str = ""


def outside_models(project: Project, tree: WorkingTree) -> list[OutsideModel]:
    """Those among the files of a project as they are now."""

    def read(path: str) -> bytes:
        text = tree.texts.get(path)
        return read_blob(tree.manifest[path]["digest"]) if text is None else text

    return _trained_outside(project, _claims(tree.manifest, _records(tree.manifest), read))


def changed_outside_models(project: Project, before: Files, after: Files) -> list[OutsideModel]:
    """Those of which a file or the record changed between two states of a project's files. No query where none did."""
    changed = {path for path, each in after.items() if before.get(path, {}).get("digest") != each["digest"]}
    records = [path for path in _records(after) if any(each.startswith(_stem(path)) for each in changed)]
    return _trained_outside(project, _claims(after, records, lambda path: read_blob(after[path]["digest"])))


def _records(files: Files) -> list[str]:
    return sorted(path for path in files if path.endswith(RECORD_SUFFIX))[:MOST_RECORDS]


def _stem(record: str) -> str:
    """The begin of the paths of a record and of the files that it is about."""
    return record.removesuffix(RECORD_SUFFIX) + "."


def _claims(files: Files, records: Collection[str], read: Callable[[str], bytes]) -> Iterator[OutsideModel]:
    """A model for each record of training beside its file."""
    for path in records:
        name = quoted(path)
        record: TrainingRecord | None = None
        problem = ""
        try:
            if files[path]["size"] > MAX_RECORD:
                problem = f"{name} has more than {size_text(MAX_RECORD)}, and is not read."
            elif (record := read_training_record(read(path), path)) is None:
                continue
        except NotFound:
            continue  # its bytes are deleted
        except BadRecord:
            problem = f"{name} lacks what rune train writes, such as the recipe, the seed and the digest of the data."
        stored = [each for each in (record.digests if record is not None else (model_path(path),)) if each in files]
        if not stored:
            continue
        if record is not None and any(files.get(each, {}).get("digest") != own for each, own in record.digests.items()):
            record, problem = None, f"{name} is the record of another file."
        yield OutsideModel(stored[0], files[stored[0]]["digest"], record, problem)


def _trained_outside(project: Project, claims: Iterator[OutsideModel]) -> list[OutsideModel]:
    models = list(claims)
    own = _digests_of_runs(project, {each.digest for each in models}) if models else frozenset()
    return [each for each in models if each.digest not in own]


def _digests_of_runs(project: Project, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests that a run or a search of the project's organisation gave. Runs of other organisations do
    not count: a digest would tell whether there is one."""
    runs, searches = model_owners(TrainingRun, digests), model_owners(ModelSearch, digests)
    of_organisation = {"project__organisation": project.organisation_id}
    trained: set[str] = set()
    fields = "files", "backbone_digest", "start_digest"
    for files, *inputs in TrainingRun.objects.filter(pk__in=runs, **of_organisation).values_list(*fields):
        trained |= set(files.values()) - set(inputs)
    trials = SearchTrial.objects.filter(search__in=ModelSearch.objects.filter(pk__in=searches, **of_organisation))
    for files in trials.values_list("files", flat=True):
        trained |= set(files.values())
    return frozenset(trained & set(digests))
