"""Headers as one text: each that is included is put where it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rune.blocks.signature import Header

_INCLUDE = re.compile(r'#include (?:"(?P<ours>[a-z0-9_]+\.h)"|<(?P<system>[a-z]+\.h)>)\n')


class OneFile:
    """Grows by headers; those of C itself are left out, and are for the text's first lines."""

    def __init__(self, common: Mapping[str, Path]) -> None:
        self._common = common
        self._included_headers: set[Header] = set()
        self._texts: list[str] = []

    def add(self, header: Header) -> None:
        """Appends a header and, before it, all that it includes: from its own folder, else by its name."""
        if header in self._included_headers:
            return
        self._included_headers.add(header)
        text = header.read_text(encoding="ascii")
        for include in _INCLUDE.finditer(text):
            name = include["ours"]
            if name is not None:
                beside = header.parent / name
                self.add(beside if beside.is_file() else self._common[name])
        self._texts.append(_INCLUDE.sub("", text).strip() + "\n")

    def add_all(self, headers: Iterable[Header]) -> None:
        for header in headers:
            self.add(header)

    def text(self) -> str:
        return "\n".join(self._texts)
