"""The row by which Explore finds what a project published last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forge.builds.contents import sensors_of
from forge.core.blobs.links import is_linked
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.models import Version
from forge.registry.listings.answer import answer_of
from forge.registry.listings.licences import FILES, licence_of
from forge.registry.models import Listing, Repository, Tag

LARGEST_TEXT = 100_000
"""Bytes of a file that is read for its licence or its labels."""
MOST_STAGES, LONGEST_STAGE = 100, 60
_PLACES = {"capability": 0, "output": 2}
"""The order of the kinds of stages; all others are between."""


def list_rune(tag: Tag) -> None:
    """Lists what a tag was set to, in the transaction that sets it. The tag's build has a rune."""
    build = tag.build
    if build.artefact is None:
        return
    outline = build.artefact.report.get("pipeline", {})
    words = " ".join(sensors_of(outline))
    values = {
        "tag": tag,
        "rune_digest": build.artefact.digest,
        "size": build.artefact.size,
        "memory": build.artefact.planned_memory,
        "sensors": f" {words} " if words else "",
        "licence": licence_in(build.source),
        "stages": stages_of(outline, answer_of(outline, lambda name: _text_in(build.source, name))),
        "accuracy": build.evaluation["accuracy"] if build.evaluation else None,
        "published": tag.created,
    }
    # One statement, which leaves the uses as they are.
    Listing.objects.bulk_create(
        [Listing(repository=tag.repository, **values)],
        update_conflicts=True,
        unique_fields=["repository"],
        update_fields=list(values),
    )


def list_newest(repository: Repository) -> None:
    """Lists the newest tag that was not withdrawn, or nothing if all were.

    It runs in the transaction that withdraws tags, or ends that.
    """
    listing = Listing.objects.filter(repository=repository).select_related("tag").first()
    if listing is not None and not listing.tag.is_withdrawn:
        return
    newest = repository.tags.listed().select_related("build__artefact", "build__version").first()
    if newest is not None:
        list_rune(newest)
    elif listing is not None:
        listing.delete()


def stages_of(outline: Mapping[str, Any], answer: str = "") -> list[list[str]]:
    """The first stages of an outline, each its kind and its detail: the sensors first, and the outputs, with the answer
    in words, last."""
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    stages = [[str(node["kind"]), str(node["detail"])[:LONGEST_STAGE], *_words(node, answer)] for node in nodes]
    return sorted(stages, key=lambda stage: _PLACES.get(stage[0], 1))[:MOST_STAGES]


def _words(node: Mapping[str, Any], answer: str) -> list[str]:
    return [answer] if answer and node["kind"] == "output" else []


def licence_in(version: Version) -> str:
    """The SPDX identifier of a version's licence, or "" where it states none that is known. The caller found it for
    someone."""
    name = next((name for name in FILES if name in version.manifest), None)
    return "" if name is None else licence_of(_text_in(version, name))


def _text_in(version: Version, name: str) -> str:
    """The text of a version's file; "" where it has none, a large one or one whose bytes are gone."""
    entry = version.manifest.get(name)
    if entry is None or entry["size"] > LARGEST_TEXT or not is_linked(version, entry["digest"]):
        return ""
    try:
        return read_blob(entry["digest"]).decode("utf-8", "replace")
    except (NotFound, BytesDamaged):
        return ""
