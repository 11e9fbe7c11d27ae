"""Tags as JSON, and the answer of the acts on one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict, cast

from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, choices
from forge.registry.models import Admission, Tag
from forge.registry.tags.access import default_tag, rejected_among
from forge.registry.tags.etag_facets import version_facets


class TagJson(TypedDict):
    """A tag, with the digest of its manifest, which `rune pull name@digest` takes."""

    tag: str
    moves: Annotated[bool, "whether it may name another build later; a version such as 1.0 never does"]
    build_number: int
    digest: str
    created: Timestamp
    admission: Annotated[str, choices("Admission", Admission.values)]
    reason: Annotated[str, "why an owner published it past the gate; empty otherwise"]
    missing: Annotated[list[str], "what it lacked then, as sentences; empty for who does not read the project"]
    notes: Annotated[str, "what is new in it, in Markdown"]
    deprecated: Timestamp | None
    deprecation: Annotated[str, "why its project advises against it; empty while it does not"]
    successor: Annotated[str, "the tag to take in its place, if one is named"]
    withdrawn: Timestamp | None
    withdrawal: Annotated[str, "why it was taken back; empty while it was not. No list has one that was"]


class TagsJson(TypedDict):
    """The tags of a project, the newest first."""

    tags: list[TagJson]


class TagListJson(TagsJson):
    """The tags of a project. `default` is the one that a visitor gets who names none: the newest that is approved."""

    default: str | None
    changes_requested: Annotated[list[str], "those tags whose build somebody wants changed"]


def tag_to_json(tag: Tag) -> TagJson:
    """A tag."""
    # Only numbered builds are published.
    return {
        "tag": tag.name,
        "moves": tag.moves,
        "build_number": cast("int", tag.build.number),
        "digest": tag.manifest.blob_id,
        "created": tag.created.isoformat(),
        "admission": tag.publication.admission if tag.publication else Admission.OPEN.value,
        "reason": tag.publication.reason if tag.publication else "",
        "missing": list(tag.override.missing) if tag.override else [],
        "notes": tag.notes,
        "deprecated": tag.deprecated.isoformat() if tag.deprecated else None,
        "deprecation": tag.deprecation,
        "successor": tag.successor,
        "withdrawn": tag.withdrawn.isoformat() if tag.withdrawn else None,
        "withdrawal": tag.withdrawal,
    }


def tag_list_to_json(tags: Sequence[Tag], *, reads: bool) -> TagListJson:
    """A project's tags, and which of them a visitor gets. Who does not read the project reads no names in `missing`."""
    default = default_tag(tags)
    rows = [tag_to_json(tag) if reads else tag_to_json(tag) | {"missing": []} for tag in tags]
    return {
        "tags": rows,
        "default": default.name if default else None,
        "changes_requested": [tag.name for tag in rejected_among(tags)],
    }


TAG = ActAnswer(tag_to_json, version_facets)
