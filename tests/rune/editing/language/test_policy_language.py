"""The language completes, explains and fixes in a forge.yml as in a Runefile."""

from __future__ import annotations

import json
from typing import Any

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.policy.answers import POLICY_ANSWERS
from rune.editing.language.service import ANSWERS, LanguageService
from rune.model.tflite import to_json
from tests.rune.editing.language.projects import SIGNATURES, WORDS
from tests.support.cases import each_case

TEXT = """\
limits:
  accuracy: 95 %
  recall:
    yes: 90 %
groups:
  product: [ada@example.com]
approvals:
  - count: 1
    from: [product]
protected-tags: [versions]
"""


def _service(text: str) -> LanguageService:
    service = LanguageService(PUBLISHED_BLOCKS)
    files: dict[str, Any] = {
        "Runefile.yml": {"text": WORDS},
        "forge.yml": {"text": text},
        "labels.txt": {"text": "yes\nno\nup\ndown\nleft\nright\n"},
        "words.tflite": {"size": 52_310, "model": {"signature": to_json(SIGNATURES["words.tflite"])}},
    }
    service.answer({"ask": "open", "files": files})
    return service


def _answer(text: str, ask: str, **more: Any) -> Any:
    reply = json.loads(_service(text).answer_text(json.dumps({"ask": ask, "file": "forge.yml", **more})))
    assert set(reply) == {"answer"}, reply
    return reply["answer"]


def _completed(before: str, after: str = "") -> list[str]:
    completion = _answer(before + after, "complete", offset=len(before))
    return [] if completion is None else [item["label"] for item in completion["items"]]


@each_case(
    ("before", "some"),
    [
        ("", {"limits", "approvals", "groups", "protected-tags"}),
        ("lim", {"limits"}),
        ("limits:\n  ", {"size", "memory", "inference-time", "accuracy", "recall", "false-alarms-per-hour"}),
        ("limits:\n  size: ", {"100 kB"}),
        ("limits:\n  recall:\n    ", {"yes", "no", "right"}),
        ("approvals:\n  - ", {"count", "from"}),
        ("approvals:\n  - count: ", {"1", "2"}),
        ("groups:\n  product: [a@b.c]\napprovals:\n  - from: [", {"owner", "developer", "viewer", "product"}),
        ("protected-tags: [", {"versions", "latest", "*"}),
        ("protected-tags:\n  - ", {"versions"}),
    ],
)
def test_what_can_be_written_is_offered(before: str, some: set[str]) -> None:
    assert some <= set(_completed(before))


def test_a_key_that_stands_there_is_not_offered_again() -> None:
    assert _completed("limits:\n  size: 1 kB\n  ") == [
        "memory", "inference-time", "accuracy", "recall", "false-alarms-per-hour", "flash", "ram", "instructions",
    ]  # fmt: skip


def test_nothing_is_offered_in_a_comment() -> None:
    assert _answer("# a", "complete", offset=3) is None


@each_case(
    ("word", "explanation"),
    [
        ("limits", "Limits of a build."),
        ("accuracy", "The least share of the test samples that must be right"),
        ("95", "The least share of the test samples that must be right"),
        ("yes", "must recognise"),
        ("count", "How many of them must approve"),
        ("product]", "A group of this file."),
        ("versions", "Every tag that names a version"),
    ],
)
def test_a_word_is_explained(word: str, explanation: str) -> None:
    assert explanation in _answer(TEXT, "hover", offset=TEXT.index(word) + 1)["text"]


def test_a_label_that_the_pipeline_does_not_know_is_said_to_be_unknown() -> None:
    text = TEXT.replace("yes:", "yess:")
    tooltip = _answer(text, "hover", offset=text.index("yess") + 1)["text"]
    assert "No stage of the pipeline answers with this label." in tooltip


def test_its_problems_are_told_with_those_of_the_project_and_by_itself() -> None:
    text = "limits: {sise: 1 kB}\n"
    alone = _answer(text, "check")
    assert [each["code"] for each in alone["diagnostics"]] == ["RUNE0008"]
    whole = _service(text).answer({"ask": "check"})["answer"]
    assert [(each["file"], each["code"]) for each in whole["diagnostics"] if each["file"] == "forge.yml"] == [
        ("forge.yml", "RUNE0008")
    ]
    assert whole["has_errors"] is False, "the rune can be built"


def test_its_fixes_are_offered_where_the_problem_is() -> None:
    text = "limits: {sise: 1 kB}\n"
    (action,) = _answer(text, "actions", start=9, end=10)["actions"]
    assert (action["title"], action["code"], action["edits"][0]["text"]) == ("Change to size", "RUNE0008", "size")
    assert _answer(text, "actions", start=0, end=1)["actions"] == []


def test_places_are_counted_in_the_units_that_were_asked_for() -> None:
    text = "# 😀\nlimits: {sise: 1 kB}\n"
    offset = _answer(text, "check", offsets="utf-16")["diagnostics"][0]["span"]["start"]["offset"]
    assert offset == text.index("sise") + 1


def test_everything_that_is_asked_of_a_runefile_has_an_answer_or_a_reason() -> None:
    service = _service(TEXT)
    for ask in ANSWERS:
        reply = service.answer({"ask": ask, "file": "forge.yml", "offset": 0, "start": 0, "end": 0})
        assert ("answer" in reply) == (ask in POLICY_ANSWERS), (ask, reply)


MODELS = """\
models:
  net.tflite: # 🙂
    source: a.keras
    quantize: int9
    keep: [x]
    shapes: {line: 3x4}
"""


def test_the_models_are_answered_as_they_are_written_with_their_places() -> None:
    [model] = _answer(MODELS, "models")["models"]
    fields = {key: model[key] for key in ("path", "source", "quantize", "calibration", "keep", "shapes")}
    assert fields == {
        "path": "net.tflite",
        "source": "a.keras",
        "quantize": "int9",
        "calibration": None,
        "keep": ["x"],
        "shapes": [{"name": "line", "shape": "3x4"}],
    }
    assert {key: span["start"]["line"] for key, span in model["spans"].items()} == {
        "source": 3,
        "quantize": 4,
        "keep": 5,
        "shapes": 6,
    }
    wrong = [each["span"]["start"]["line"] for each in _answer(MODELS, "check")["diagnostics"]]
    assert model["spans"]["quantize"]["start"]["line"] in wrong


def test_a_file_that_cannot_be_read_says_why_its_models_cannot_be_edited() -> None:
    answer = _answer("models:\n  net.tflite:\n    source: [a\n", "models")
    assert answer["reason"] == "Line 3 is not valid YAML. Fix it in the text first."
    assert _answer("limits:\n", "models") == {"models": [], "reason": None}


def test_an_edit_of_a_model_counts_as_it_is_asked_and_is_refused_by_name() -> None:
    edit = {"edit": "set-model", "path": "net.tflite", "key": "quantize", "value": "int8"}
    [change] = _answer(MODELS, "edit-model", edit=edit, offsets="utf-16")["edits"]
    assert change["file"] == "forge.yml"
    units = MODELS.encode("utf-16-le")
    start, end = (change["span"][side]["offset"] * 2 for side in ("start", "end"))
    assert (units[:start] + change["text"].encode("utf-16-le") + units[end:]).decode("utf-16-le") == MODELS.replace(
        "int9", "int8"
    )
    request = {"ask": "edit-model", "file": "forge.yml", "edit": {"edit": "remove-model", "path": "no.tflite"}}
    assert _service(MODELS).answer(request) == {
        "error": {"name": "model-edit-refused", "message": 'forge.yml has no model "no.tflite".'}
    }


@each_case(
    "edit",
    [
        None,
        {},
        {"edit": "set-model", "path": "net.tflite", "key": "shapes", "value": "3"},
        {"edit": "set-model", "path": "net.tflite", "key": "keep", "value": "x"},
        {"edit": "set-model", "path": "net.tflite", "key": "keep", "value": [""]},
        {"edit": "rename-model", "path": "net.tflite"},
        {"edit": "add-model", "path": "net.tflite", "source": 3},
    ],
)
def test_a_malformed_edit_of_a_model_is_a_bad_request(edit: Any) -> None:
    reply = _service(MODELS).answer({"ask": "edit-model", "file": "forge.yml", "edit": edit})
    assert reply["error"]["name"] == "bad-request"


def test_the_models_are_asked_of_no_other_file() -> None:
    reply = _service(MODELS).answer({"ask": "models"})
    assert reply["error"] == {"name": "bad-request", "message": '"models" is asked of forge.yml'}
