"""Croissant, the metadata of data sets by MLCommons: a table of the samples, and JSON-LD that describes its columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Any

from rune.datasets.content.content import Kind
from rune.datasets.export.folders import table_bytes
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin, file_name
from rune.datasets.positions import counts_of
from rune.wording import counted, listed

_TABLE = "samples.csv"
_TEXT = "sc:Text"
_MEDIA = {Kind.SOUND: "sc:AudioObject", Kind.PICTURE: "sc:ImageObject", Kind.MOTION: _TEXT, Kind.TABLE: _TEXT}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "column": "cr:column",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "source": "cr:source",
}


def _path(sample: ExportedSample) -> str:
    return f"files/{file_name(sample)}"


def _lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:
    rows = [(_path(each), each.label, each.split, each.group, each.milliseconds) for each in samples]
    table = table_bytes(("file", "label", "split", "group", "milliseconds"), rows)
    kinds = {sample.kind for sample in samples}
    media = _MEDIA[next(iter(kinds))] if len(kinds) == 1 else _TEXT
    yield _TABLE, table
    yield (
        "croissant.json",
        json.dumps(_metadata(origin, samples, table, media), ensure_ascii=False, indent=1).encode("utf-8"),
    )


def _metadata(origin: VersionOrigin, samples: Collection[ExportedSample], table: bytes, media: str) -> dict[str, Any]:
    types = {"file": media, "label": _TEXT, "split": _TEXT, "group": _TEXT, "milliseconds": "sc:Integer"}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": origin.project.replace("/", "-"),
        "description": f"Version {origin.version} of the data of {origin.project}, {origin.digest}.",
        "version": f"{origin.version}.0.0",
        "citeAs": f"{origin.project}, version {origin.version} of its data, {origin.digest}",
        **_origin_fields(origin),
        **_objects(samples),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": _TABLE,
                "name": _TABLE,
                "contentUrl": _TABLE,
                "encodingFormat": "text/csv",
                "sha256": sha256(table).hexdigest(),
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "samples",
                "name": "samples",
                "field": [_field(name, kind) for name, kind in types.items()],
            }
        ],
    }


def _objects(samples: Collection[ExportedSample]) -> dict[str, Any]:
    """Says how many objects somebody marked in pictures; nothing where nobody did."""
    marked_pictures = [each.positions for each in samples if each.positions is not None]
    if not marked_pictures:
        return {}
    counts = counts_of(position for positions in marked_pictures for position in positions)
    objects = listed([f"{count:,} {label}" for label, count in counts.items()]) if counts else "no objects"
    return {"rai:dataAnnotationAnalysis": f"In {counted(len(marked_pictures), 'picture')}, people marked {objects}."}


def _origin_fields(origin: VersionOrigin) -> dict[str, Any]:
    """The known facts of the version: page, date, licence, source and consent."""
    values = {
        "url": origin.url,
        "datePublished": origin.published,
        "license": f"https://spdx.org/licenses/{origin.licence}.html" if origin.licence else "",
        "rai:dataCollection": origin.source,
        "rai:personalSensitiveInformation": origin.consent,
    }
    return {name: value for name, value in values.items() if value}


def _field(name: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"samples/{name}",
        "name": name,
        "dataType": kind,
        "source": {"fileObject": {"@id": _TABLE}, "extract": {"column": name}},
    }


CROISSANT = ExportLayout("croissant", "Croissant", _path, _lists)
