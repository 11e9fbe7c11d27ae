"""Templates are found with all their files, or not offered."""

from __future__ import annotations

import json
from pathlib import Path

from rune.source.templates import list_templates


def test_the_one_that_a_newcomer_is_offered_comes_first() -> None:
    names = ["digits", "keywords", "wake-word", "picture", "motion", "anomaly", "sine"]
    assert [template.name for template in list_templates()] == names


def test_a_template_whose_files_are_not_all_there_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine", encoding="utf-8")
    for name, files in (("half", ["Runefile.yml", "gone.tflite"]), ("out", ["../secret"]), ("whole", ["Runefile.yml"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Runefile.yml").write_text("", encoding="utf-8")
        (tmp_path / name / "template.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "template.json").write_text("{", encoding="utf-8")
    assert [template.name for template in list_templates(tmp_path)] == ["whole"]
