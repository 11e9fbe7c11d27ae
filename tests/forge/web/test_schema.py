"""The API's schema is a file under review: a change to it is seen in the diff."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command

SNAPSHOT = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.yaml"


def test_the_committed_schema_is_the_one_that_is_served(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(made))
    _, _, committed = SNAPSHOT.read_text("utf-8").partition("\n")  # the first line says who wrote it
    assert committed == made.read_text("utf-8"), "write it anew and look at the diff: make reference"
