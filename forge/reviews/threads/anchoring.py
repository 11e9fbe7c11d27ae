"""Makes anchors: what somebody wants to talk about is compared with what the build has, and gets the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.models import Build
from forge.comparison.figures import figure_rows
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleKind
from forge.projects.versions.store import Manifest, available_files
from forge.reviews.threads.anchors import Anchor, AnchorKind, AnchorRequest, BadAnchor, seconds_text
from rune.wording import listed

LARGEST_FILE = 1024 * 1024
"""Bytes of a file whose lines can be talked about."""
LONGEST_LINE = 200
"""Characters of a line that an anchor keeps."""


def find_anchor(actor: Actor, build: Build, request: AnchorRequest) -> Anchor:
    """The anchor of a thread about this build. Raises `BadAnchor`."""
    match request.kind:
        case AnchorKind.BUILD:
            return Anchor()
        case AnchorKind.FIGURE:
            return _figure(build, request.name)
        case AnchorKind.STAGE:
            return _stage(build, request.name)
        case AnchorKind.LINE:
            return _line(build, request.name, request.number)
        case AnchorKind.SAMPLE:
            return Anchor(AnchorKind.SAMPLE, _sample_place(_sample(actor, build, request.name)))
        case AnchorKind.MOMENT:
            return _moment(_sample(actor, build, request.name), request.number)
        case AnchorKind.RESULT:
            raise BadAnchor("A wrong result is sent with its recording.")


def wrong_result(sample: Sample, answer: str, right: str) -> Anchor:
    """The anchor of a thread about what a build said of a recording."""
    return Anchor(AnchorKind.RESULT, {**_sample_place(sample), "answer": answer, "label": right})


def text_of(files: Manifest, path: str) -> str | None:
    """A file among those that a version still has; None where none has this path, or it is no text of moderate size."""
    entry = files.get(path)
    if entry is None or entry["size"] > LARGEST_FILE:
        return None
    try:
        return read_blob(entry["digest"]).decode("utf-8")
    except (UnicodeDecodeError, NotFound, BytesDamaged):
        return None


def _figure(build: Build, name: str) -> Anchor:
    rows = figure_rows(figures_of(build), None) if build.artefact is not None else ()
    row = next((row for row in rows if row.key == name), None)
    if row is None:
        raise BadAnchor(f"The figures of build {build.number} are {listed([row.key for row in rows]) or 'none'}.")
    return Anchor(AnchorKind.FIGURE, {"name": row.key, "title": row.name, "value": row.now})


def _stage(build: Build, name: str) -> Anchor:
    nodes = build.artefact.report["pipeline"].get("nodes", ()) if build.artefact is not None else ()
    node = next((node for node in nodes if node["name"] == name), None)
    if node is None:
        raise BadAnchor(f"Build {build.number} has no stage of this name.")
    return Anchor(AnchorKind.STAGE, {"name": name, "detail": node["detail"]})


def _line(build: Build, path: str, number: int) -> Anchor:
    text = text_of(available_files(build.source), path)
    lines = text.splitlines() if text is not None else []
    if not 1 <= number <= len(lines):
        raise BadAnchor(f"Build {build.number} has no text with such a line.")
    return Anchor(AnchorKind.LINE, {"file": path, "line": number, "text": lines[number - 1].strip()[:LONGEST_LINE]})


def _sample(actor: Actor, build: Build, name: str) -> Sample:
    try:
        sample_id = UUID(name)
    except ValueError:
        sample_id = None
    samples = Sample.objects.visible_to(actor).available().filter(data_set__project=build.project_id)
    sample = samples.filter(pk=sample_id).first() if sample_id is not None else None
    if sample is None:
        raise BadAnchor("The project has no such sample, or not any more.")
    return sample


def _moment(sample: Sample, at: int) -> Anchor:
    if sample.kind != SampleKind.SOUND:
        raise BadAnchor("Only sounds have moments. Comment on the sample.")
    if at > sample.milliseconds:
        raise BadAnchor(f"The recording is {seconds_text(sample.milliseconds)} long.")
    return Anchor(AnchorKind.MOMENT, {**_sample_place(sample), "at": at})


def _sample_place(sample: Sample) -> Mapping[str, str]:
    return {"sample": str(sample.pk), "label": sample.label, "kind": sample.kind}
