"""The text of a Runefile with some of the pieces that a side changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from rune.editing.merge.pieces import DIVIDED_KEYS, Key, merged_order
from rune.editing.merge.runefile_side import RunefileSide

LINE_ENDS: Final[Key] = ("", "line ends")
"""The key of the change of all ends of lines."""
ORDER: Final[Key] = ("", "order")
"""The key of another order of the pieces that both sides have."""


def selected_text(base: RunefileSide, theirs: RunefileSide, keys: Collection[Key]) -> str:
    """Returns the base's text with the pieces of these keys as the other side has them."""
    then, now = list(base.pieces), list(theirs.pieces)
    order = merged_order(then, then, now) if ORDER in keys else merged_order([], then, now)
    pieces = {key: text for key in order if (text := (theirs if key in keys else base).plain(key)) is not None}
    _add_headers(pieces, base, theirs)
    text = "".join(pieces[key] for key in order if key in pieces)
    if not base.text.endswith("\n"):
        text = text.removesuffix("\n")
    line_end = (theirs if LINE_ENDS in keys else base).line_end
    return text.replace("\n", line_end)


def _add_headers(pieces: dict[Key, str], base: RunefileSide, theirs: RunefileSide) -> None:
    """Gives a key the header that its entries need, and takes one without entries away that the base did not have."""
    for name in DIVIDED_KEYS:
        header = base.plain((name,)) or theirs.plain((name,)) or ""
        if any(key[0] == name and len(key) == 2 for key in pieces):
            pieces.setdefault((name,), header)
        elif (name,) not in base.pieces:
            pieces.pop((name,), None)
