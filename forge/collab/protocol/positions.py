"""Positions in a text that move with it, as Yjs writes relative positions.

`Text.sticky_index` of pycrdt 0.14 answers another place in a text with several items of which one is not ASCII. So an
insertion into a copy of the document says which character a place is behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycrdt import Assoc, Doc, Text

from forge.collab.protocol.updates import left_origin


def selection_to_json(copy: Doc[Any], text: Text, anchor: int, head: int) -> Mapping[str, Any]:
    """Returns the selection between two characters of a text, the first one first. Writes into the document, which is a
    copy that is used for nothing else."""
    places = str(text)
    # The later one first: it does not move the earlier one.
    ends = {name: _position(copy, text, len(places[:at].encode())) for name, at in (("head", head), ("anchor", anchor))}
    return {"anchor": ends["anchor"], "head": ends["head"]}


def _position(copy: Doc[Any], text: Text, offset: int) -> Mapping[str, Any]:
    """Returns the position behind a number of bytes of the text."""
    before = copy.get_state()
    text.insert(offset, "x")
    origin = left_origin(copy.get_update(before))
    if origin is None:
        start: Mapping[str, Any] = text.sticky_index(0, Assoc.BEFORE).to_json()
        return start
    return {"item": {"client": origin[0], "clock": origin[1]}, "assoc": Assoc.BEFORE.value}
