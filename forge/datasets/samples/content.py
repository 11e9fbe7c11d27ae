"""Recordings that somebody sends: an isolated process reads them, and returns what is stored or why it is refused.

This process copies bytes and looks into none of them. What the other says about them is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO
from uuid import UUID

from forge.compute.errors import MalformedAnswer
from forge.compute.pool.answer_reading import RecordingFactsJson
from forge.compute.pool.recordings import recording_readers
from forge.core.errors import DomainError
from forge.core.json_shape import has_shape
from forge.datasets.errors import ContentRefused
from forge.datasets.models.samples import MEDIA_TYPES
from forge.datasets.samples.drawing import DrawingJson
from rune.datasets.content.content import MAX_MILLISECONDS, Content, Kind, Quality
from rune.datasets.content.read import MAX_BYTES
from rune.datasets.content.row_rate import interval_of_json, is_possible_interval
from rune.datasets.label_names import WORD_LIMIT
from rune.wording import size_text

MAX_DRAWING = 4_000
"""Characters of what a page draws."""


def checked_content(organisation: UUID, chunks: Iterable[bytes]) -> Content:
    """Reads a recording without what tells of its maker, for a project of an organisation. Call it outside of a
    transaction: the chunks may come slowly, and the process has to be waited for.

    Raises `ContentRefused`, and `TooManyQuestions` and `LanguageBusy` where too many are read at once.
    """
    too_large = ContentRefused(f"The recording is larger than {size_text(MAX_BYTES)}. Trim it and send it again.")
    with received_file(chunks, MAX_BYTES, too_large) as sent_file, TemporaryFile() as content_file:
        answer = recording_readers.read(organisation, sent_file, content_file)
        if "refused" in answer:
            raise ContentRefused(answer["refused"])
        if "error" in answer:
            raise ContentRefused(f"The recording could not be read. {answer['error']['message']}")
        try:
            return content_in(content_file, answer)  # type: ignore[arg-type]  # its shape was checked when it came
        except MalformedAnswer as error:
            raise ContentRefused(f"The recording could not be read. {error.reason}") from error


def content_in(content_file: IO[bytes], facts: RecordingFactsJson) -> Content:
    """Returns a recording whose bytes an isolated process wrote into a file. Raises `MalformedAnswer` for impossible
    facts."""
    if not _are_possible(facts):
        raise MalformedAnswer("The process that reads recordings described an invalid one.")
    content_file.seek(facts["offset"])
    data = content_file.read(facts["size"])
    if len(data) != facts["size"]:
        raise MalformedAnswer("The process that reads recordings wrote less than it said.")
    kind, quality = Kind(facts["kind"]), Quality(facts["quality"])
    interval = None if facts["interval"] is None else interval_of_json(facts["interval"])
    milliseconds, drawing = facts["milliseconds"], facts["drawing"]
    return Content(kind, facts["media_type"], data, quality, milliseconds, drawing, interval=interval)


def are_words(*words: str) -> bool:
    """Returns whether all these texts may be labels, pseudonyms or names of devices. An empty text may."""
    return all(len(each) <= WORD_LIMIT and each.isprintable() for each in words)


@contextmanager
def received_file(chunks: Iterable[bytes], most: int, too_large: DomainError) -> Iterator[IO[bytes]]:
    """Yields a temporary file with what somebody sent, opened for reading only, since another process gets it. Raises
    `too_large` as soon as there are more than `most` bytes."""
    size = 0
    with NamedTemporaryFile() as target:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise too_large
            target.write(chunk)
        target.flush()
        with Path(target.name).open("rb") as file:
            yield file


def _are_possible(facts: RecordingFactsJson) -> bool:
    return (
        facts["offset"] >= 0
        and 0 < facts["size"] <= MAX_BYTES
        and 0 <= facts["milliseconds"] <= MAX_MILLISECONDS
        and MEDIA_TYPES.get(facts["media_type"]) == facts["kind"]
        and facts["quality"] in [each.value for each in Quality]
        and len(str(facts["drawing"])) <= MAX_DRAWING
        and has_shape(facts["drawing"], DrawingJson)
        and (facts["interval"] is None or is_possible_interval(facts["interval"]))
    )
