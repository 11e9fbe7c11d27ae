"""Reading `rune.watch` as the isolated process wrote it: nothing but bins and counts comes into the project."""

from __future__ import annotations

import json

from forge.compute.errors import MalformedAnswer
from rune.digests import is_digest
from rune.source.runefile.watch.file import MOST_BYTES, WatchedSamples, file_text
from rune.watch.layout import BadLayout
from rune.watch.record import WatchRecord


def read_watch_text(text: str) -> WatchedSamples:
    """Returns the bins and counts of a text, which is exactly the text of these. Raises `MalformedAnswer`."""
    try:
        if len(text.encode()) > MOST_BYTES:
            raise ValueError("it is too large")
        value = json.loads(text)
        record, digest, count = WatchRecord.from_json(value), value["samples"], value["counted"]
        if not isinstance(digest, str) or not is_digest(digest) or type(count) is not int or count < 0:
            raise ValueError("it says not what it is of")
        samples = WatchedSamples(record.layout, record.reference, digest, count, record.right)
        if file_text(samples) != text:
            raise ValueError("it has more than bins and counts")
    except (BadLayout, ValueError, LookupError, TypeError, RecursionError) as error:
        raise MalformedAnswer(f"The process that counts sent a malformed rune.watch: {error}.") from None
    return samples
