"""The section of a rune that says what it counts: the layout, and the counts of the test samples beside it, if any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rune.watch.layout import BadLayout, WatchLayout

SECTION: Final = ".rune_watch"
"""The name of the custom section."""
LARGEST: Final = 64 * 1024
"""Bytes of the section."""


@dataclass(frozen=True)
class WatchDescription:
    """The bins in which a rune counts, and the reference: the counts of the test samples, as its build wrote them."""

    layout: WatchLayout
    reference: Mapping[str, Any] | None = None

    def to_bytes(self) -> bytes:
        """Returns the section: of the same description the same bytes."""
        values: dict[str, Any] = {"layout": self.layout.to_json()}
        if self.reference is not None:
            values["reference"] = dict(self.reference)
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    @staticmethod
    def from_bytes(data: bytes) -> WatchDescription:
        """Reads a section that anybody may have written. Raises `BadLayout`."""
        if len(data) > LARGEST:
            raise BadLayout(f"The section {SECTION} has at most {LARGEST:,} bytes.")
        try:
            values = json.loads(data)
        except (ValueError, RecursionError):
            raise BadLayout(f"The section {SECTION} is not JSON.") from None
        if not isinstance(values, dict):
            raise BadLayout(f"The section {SECTION} is not an object.")
        reference = values.get("reference")
        if reference is not None and not isinstance(reference, dict):
            raise BadLayout("The reference is an object.")
        return WatchDescription(WatchLayout.from_json(values.get("layout")), reference)
