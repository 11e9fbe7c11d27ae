"""The model files of a project that were trained outside the server, as the records beside them say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
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
from rune.source.runefile.model_records import RECORD_SUFFIX
from rune.wording import quoted, size_text

MOST_RECORDS = 100
"""Records that are read for a page."""


@dataclass(frozen=True)
class OutsideModel:
    """A model file whose record says that it was trained, by no run or search of the project's organisation. `record`
    is None where it cannot be believed, and `problem` says why."""

    path: str
    digest: str
    record_path: str
    record: TrainingRecord | None
    problem: str = ""


def outside_models(project: Project, tree: WorkingTree) -> list[OutsideModel]:
    """Returns the outside models among the files of a project as they are now."""

    def read(path: str) -> bytes:
        text = tree.texts.get(path)
        return read_blob(tree.manifest[path]["digest"]) if text is None else text

    return _trained_outside(project, _claims(tree.manifest, _records(tree.manifest), read))


def changed_outside_models(project: Project, before: Files, after: Files) -> list[OutsideModel]:
    """Returns the outside models whose file or record changed between two states of a project's files."""
    changed = {path for path, each in after.items() if before.get(path, {}).get("digest") != each["digest"]}
    records = _records(after) if changed else []
    claims = _claims(after, records, lambda path: read_blob(after[path]["digest"]))
    return _trained_outside(project, (each for each in claims if {each.path, each.record_path} & changed))


def _records(files: Files) -> list[str]:
    return sorted(path for path in files if path.endswith(RECORD_SUFFIX))[:MOST_RECORDS]


def _claims(files: Files, records: Collection[str], read_file: Callable[[str], bytes]) -> Iterator[OutsideModel]:
    """A model for each record of training that has one."""
    paths = {each["digest"]: path for path, each in files.items()}
    for path in records:
        try:
            record = _read(path, files[path]["size"], read_file)
            if record is None:
                continue
            subject, problem = _subject(record, path, files, paths)
        except NotFound:
            continue  # its bytes are deleted
        except BadRecord as error:
            record, subject, problem = None, model_path(path), str(error)
        if subject in files:
            yield OutsideModel(subject, files[subject]["digest"], path, None if problem else record, problem)


def _subject(record: TrainingRecord, path: str, files: Files, paths: Mapping[str, str]) -> tuple[str, str]:
    """The path of the file that a record is about, "" for none, and why the record is not believed, "" if it is.
    `paths` are those of the files by digest."""
    if not set(record.digests.values()) <= paths.keys():
        return next(
            (each for each in record.digests if each in files), ""
        ), f"{quoted(path)} is the record of another file."
    first, digest = next(iter(record.digests.items()))
    # The studio puts a model into another folder than its record.
    return (first if files.get(first, {}).get("digest") == digest else paths[digest]), ""


def _read(path: str, size: int, read_file: Callable[[str], bytes]) -> TrainingRecord | None:
    """Raises `BadRecord` with a reason, and `NotFound`."""
    if size > MAX_RECORD:
        raise BadRecord(f"{quoted(path)} has more than {size_text(MAX_RECORD)}, and is not read.")
    try:
        return read_training_record(read_file(path), path)
    except BadRecord:
        lacks = "lacks what rune train writes, such as the recipe, the seed and the digest of the data."
        raise BadRecord(f"{quoted(path)} {lacks}") from None


def _trained_outside(project: Project, claims: Iterator[OutsideModel]) -> list[OutsideModel]:
    models = list(claims)
    own = _digests_of_runs(project, {each.digest for each in models}) if models else frozenset()
    return [each for each in models if each.digest not in own]


def _digests_of_runs(project: Project, digests: Collection[str]) -> frozenset[str]:
    """Returns those of the digests that a run or a search of the project's organisation gave.

    Runs of other organisations do not count: a digest would tell whether there is one.
    """
    runs, searches = model_owners(TrainingRun, digests), model_owners(ModelSearch, digests)
    of_organisation = {"project__organisation": project.organisation_id}
    trained_digests: set[str] = set()
    fields = "files", "backbone_digest", "start_digest"
    for files, *inputs in TrainingRun.objects.filter(pk__in=runs, **of_organisation).values_list(*fields):
        trained_digests |= set(files.values()) - set(inputs)
    trials = SearchTrial.objects.filter(search__in=ModelSearch.objects.filter(pk__in=searches, **of_organisation))
    for files in trials.values_list("files", flat=True):
        trained_digests |= set(files.values())
    return frozenset(trained_digests & set(digests))
