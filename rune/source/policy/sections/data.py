"""The key `data` of a `forge.yml`: the version of the project's data that belongs to these files, by its digest."""

from __future__ import annotations

import re
from typing import Final

from rune.source.runefile.parsing.fields import Field, is_null, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import YamlScalar

DIGEST: Final = r"sha256:[0-9a-f]{64}"


def read_data(field: Field | None, report: DiagnosticReport) -> str | None:
    """The digest of the version, or None if the file names none, or has an error there."""
    if field is None or is_null(field[1]):
        return None
    value = field[1]
    text = value.value if isinstance(value, YamlScalar) else None
    if isinstance(text, str) and re.fullmatch(DIGEST, text):
        return text
    notes = ["Copy the digest of a version from the page Data of the project."]
    wrong_shape(report, "`data`", "`sha256:` and 64 hexadecimal digits", value, notes)
    return None
