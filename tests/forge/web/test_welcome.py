"""The first page of a stranger: a rune that was built from the template, and what that rune really said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from forge.web.example import example
from rune.assessment.evaluation.wording import certainty
from tools.generators.example import answer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manifest() -> dict[str, Any]:
    path = Path(settings.STATIC_ROOT) / "example" / "manifest.json"
    if not path.exists():
        pytest.fail("The welcome page's example is not built. Run make setup.")
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_picture_of_the_welcome_page_is_what_its_rune_says(manifest: dict[str, Any]) -> None:
    rune = (Path(settings.STATIC_ROOT) / "example" / manifest["file"]).read_bytes()
    assert answer_of(rune) == {"answer": manifest["answer"], "scores": manifest["scores"]}
    assert manifest["answer"] == "7"
    page = Client().get("/").content.decode()
    for score in manifest["scores"][:3]:
        assert f"<span>{score['label']}</span>" in page
        assert f"{certainty(score['share'])}</span>" in page
    assert "under 1 %</span>" in page
    assert f'data-live-rune="/static/example/{manifest["file"]}"' in page


def test_the_welcome_page_goes_without_an_example_that_was_not_built(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    assert example() is None
    page = Client().get("/").content.decode()
    assert "data-live-rune" not in page
    assert "Machine learning for small devices" in page
    (tmp_path / "example").mkdir()
    (tmp_path / "example" / "manifest.json").write_text('{"file": ')
    assert example() is None
