"""Reading data sets of other tools, in the compiler's process. Imports `rune` and never Django.

The archive comes as one or several descriptors that follow each other. Recordings are written one behind the other
into the output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from forge.compute.child.output_file import emptied_output
from forge.compute.child.steps.recordings import facts_of
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.row_rate import RowRates, rates_of_json, rates_to_json
from rune.datasets.layouts.annotations.marked_places import places_of
from rune.datasets.layouts.compared_items import compared_items
from rune.datasets.layouts.containers.archive import DataArchive, JoinedFile
from rune.datasets.layouts.containers.files import DataFiles, printable_name
from rune.datasets.layouts.find import find_layout, positions_of, read_item, shown_name, shown_omission
from rune.datasets.layouts.layout import Item, Layout, Omission
from rune.datasets.layouts.row_rates import usual_rates
from rune.datasets.positions import positions_to_json
from rune.digests import digest_of

MAX_LABELS = 500
"""Labels of one data set."""
MAX_PLANNED_GROUPS = 20_000
"""People and devices whose splits a description plans: their names are part of an answer, which has a limit."""
SHOWN_OMISSIONS = 50
"""Files that a description names as left out."""


def describe_data(descriptors: Sequence[int]) -> dict[str, Any]:
    """Returns what would come in: layout, labels, groups, splits, rates, and what the lists leave out. Nothing but
    lists and times is read."""
    try:
        archive = DataArchive(JoinedFile(descriptors))
        layout = find_layout(archive)
        labels = Counter(item.label for item in layout.items if item.label)
        if len(labels) > MAX_LABELS:
            raise BadContent(f"The data set has {len(labels):,} labels; an import has at most {MAX_LABELS}.")
    except BadContent as error:
        return {"refused": str(error)}
    groups = {item.group for item in layout.items if item.group}
    words = ["", *sorted({*labels, *groups, *(item.split for item in layout.items)} - {""})]
    return {
        "layout": layout.name,
        "recordings": len(layout.items),
        "labels": dict(sorted(labels.items())),
        "unlabelled": sum(not item.label for item in layout.items),
        "groups": len(groups),
        "doubts": [archive.doubt] if archive.doubt else [],
        "words": words if len(groups) <= MAX_PLANNED_GROUPS else [],
        "runs": [*_runs(layout.items, words)] if len(groups) <= MAX_PLANNED_GROUPS else [],
        "omission_count": len(layout.omissions),
        "omissions": [shown_omission(each) for each in layout.omissions[:SHOWN_OMISSIONS]],
        "rates": rates_to_json(usual_rates(archive, layout)),
    }


def digest_data(job: Mapping[str, Any], descriptors: Sequence[int]) -> dict[str, Any]:
    """Returns the digests of recordings, from the one with the number `start` on: at most `count` and until they have
    `bytes` together. It reads them as `read_data` does, and names those that it leaves out or has a note on."""
    try:
        archive = DataArchive(JoinedFile(descriptors))
        layout = find_layout(archive)
    except BadContent as error:
        return {"refused": str(error)}
    items, rates = compared_items(archive, layout), rates_of_json(job["rates"])
    recordings: list[dict[str, str]] = []
    omissions: list[dict[str, str]] = []
    notes: list[dict[str, str]] = []
    number, size = int(job["start"]), 0
    end = min(len(items), number + job["count"])
    while number < end and size < job["bytes"]:
        item = items[number]
        number += 1
        try:
            content, _ = _read(archive, layout, item, rates)
        except BadContent as error:
            omissions.append(shown_omission(Omission(shown_name(layout, item), str(error))))
            continue
        if content.note:
            notes.append(shown_omission(Omission(shown_name(layout, item), content.note)))
        size += len(content.data)
        digest = digest_of(content.data)
        recordings.append({"path": printable_name(item.path), "label": item.label, "digest": digest})
    return {
        "next": number,
        "total": len(items),
        "size": size,
        "recordings": recordings,
        "omission_count": len(omissions),
        "omissions": omissions[:SHOWN_OMISSIONS],
        "note_count": len(notes),
        "notes": notes[:SHOWN_OMISSIONS],
    }


def read_data(job: Mapping[str, Any], descriptors: Sequence[int], output: int) -> dict[str, Any]:
    """Writes recordings from the item `start` on into `output`, at most `count` and until they have `bytes` together.

    Returns their facts, and which of these items cannot be read. `labels` limits which are read; None reads all.
    """
    try:
        archive = DataArchive(JoinedFile(descriptors))
        layout = find_layout(archive)
    except BadContent as error:
        return {"refused": str(error)}
    labels = None if job["labels"] is None else frozenset(job["labels"])
    items, rates = (
        [item for item in layout.items if labels is None or item.label in labels],
        rates_of_json(job["rates"]),
    )
    recordings: list[dict[str, Any]] = []
    omissions: list[dict[str, str]] = []
    notes: list[dict[str, str]] = []
    number, offset = int(job["start"]), 0
    with emptied_output(output) as target:
        while number < len(items) and len(recordings) < job["count"] and offset < job["bytes"]:
            item = items[number]
            number += 1
            try:
                content, marks = _read(archive, layout, item, rates)
            except BadContent as error:
                omissions.append(shown_omission(Omission(shown_name(layout, item), str(error))))
                continue
            if content.note:
                notes.append(shown_omission(Omission(shown_name(layout, item), content.note)))
            target.write(content.data)
            recordings.append(facts_of(content, offset) | _words(item) | marks)
            offset += len(content.data)
    return {"next": number, "total": len(items), "recordings": recordings, "omissions": omissions, "notes": notes}


def _read(archive: DataFiles, layout: Layout, item: Item, rates: RowRates) -> tuple[Content, dict[str, Any]]:
    """Returns a recording as it is stored, and its marks. Raises `BadContent` for one that an import leaves out."""
    content = read_item(archive, layout, item, rates)
    positions = positions_of(item, content)
    marked_positions = None if positions is None else positions_to_json(positions)
    return content, {"positions": marked_positions, "events": places_of(item.places, content)}


def _runs(items: Sequence[Item], words: Sequence[str]) -> Iterator[list[int]]:
    """Yields label, group and split of all items in their order, as places in `words`, and how many follow each other
    that agree."""
    places = {text: place for place, text in enumerate(words)}
    for words_of_run, own in groupby(items, key=lambda item: (item.label, item.group, item.split)):
        yield [*(places[each] for each in words_of_run), sum(1 for _ in own)]


def _words(item: Item) -> dict[str, str]:
    return {
        "path": printable_name(item.path),
        "label": item.label,
        "group": item.group,
        "split": item.split,
        "device": item.device,
    }
