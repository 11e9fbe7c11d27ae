"""Says which licence a LICENSE file holds, by how the texts of well-known ones begin. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FILES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING")
"""The names of the file, the first that is there counts."""
LONGEST: Final = 2_000
"""Characters that are looked at."""

BEGINNINGS: Final[Mapping[str, re.Pattern[str]]] = {
    "Apache-2.0": re.compile(r"apache license version 2\.0"),
    "MIT": re.compile(r"mit license|permission is hereby granted, free of charge"),
    "GPL-3.0": re.compile(r"^gnu general public license version 3"),
    "GPL-2.0": re.compile(r"^gnu general public license version 2"),
    "LGPL-3.0": re.compile(r"^gnu lesser general public license version 3"),
    "AGPL-3.0": re.compile(r"^gnu affero general public license version 3"),
    "MPL-2.0": re.compile(r"mozilla public license,? version 2\.0"),
    "BSD-3-Clause": re.compile(r"bsd 3-clause|redistribution and use in source and binary forms.*neither the name"),
    "BSD-2-Clause": re.compile(r"bsd 2-clause|redistribution and use in source and binary forms"),
    "CC-BY-SA-4.0": re.compile(r"attribution-sharealike 4\.0 international"),
    "CC-BY-4.0": re.compile(r"attribution 4\.0 international"),
    "CC0-1.0": re.compile(r"cc0 1\.0 universal"),
}
"""The beginnings of licence texts by SPDX identifier; of two that fit, the first."""


def licence_of(text: str) -> str:
    """The SPDX identifier of the licence that a text begins with; "" for a text that is none of these."""
    words = " ".join(text[:LONGEST].split()).lower()
    return next((name for name, beginning in BEGINNINGS.items() if beginning.search(words)), "")
