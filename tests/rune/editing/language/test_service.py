"""The language service: requests and answers as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.actions import ActionKind
from rune.editing.language.completion.items import CompletionKind
from rune.editing.language.service import ANSWERS, LanguageService
from rune.editing.language.structure import FoldingKind, SymbolKind
from rune.editing.language.tokens import TokenKind
from rune.model.tflite import to_json
from rune.project.files import MemoryFiles
from tests.rune.editing.language.projects import CURSOR, SIGNATURES
from tests.rune.editing.language.projects import WORDS as REMEMBERING
from tests.support.cases import each_case

WORDS = REMEMBERING.replace("inputs: [spectrogram]\n", "inputs: [spectrogram]\n    args: {fresh: 1}\n")
"""A Runefile with nothing wrong in it."""

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "language.md"
FILES: dict[str, Any] = {
    "Runefile.yml": {"text": WORDS},
    "labels.txt": {"text": "yes\nno\nup\ndown\nleft\nright\n"},
    "words.tflite": {"size": 52_310, "model": {"signature": to_json(SIGNATURES["words.tflite"])}},
}


@pytest.fixture
def service() -> LanguageService:
    service = LanguageService(PUBLISHED_BLOCKS)
    assert service.answer({"ask": "open", "files": FILES}) == {"answer": None}
    return service


def answer_to(service: LanguageService, ask: str, **more: Any) -> Any:
    """The answer, which is JSON."""
    reply = json.loads(service.answer_text(json.dumps({"ask": ask, **more})))
    assert set(reply) == {"answer"}, reply
    return reply["answer"]


def refused(service: LanguageService, request: object) -> tuple[str, str]:
    error = service.answer(request)["error"]
    return error["name"], error["message"]


def at(word: str) -> int:
    return WORDS.index(word) + 1


def test_a_project_is_checked_by_what_is_known_of_its_models(service: LanguageService) -> None:
    answer = answer_to(service, "check")
    assert answer["runefile"] == "Runefile.yml"
    assert answer["form"] == "yaml"
    assert answer["diagnostics"] == []
    assert not answer["has_errors"]
    assert [node["name"] for node in answer["outline"]["nodes"]][:3] == ["audio", "spectrogram", "bytes"]


def test_a_change_counts_from_the_next_answer_on(service: LanguageService) -> None:
    files = {"Runefile.yml": {"text": WORDS.replace("SOUND", "SOUNDS")}}
    (problem,) = answer_to(service, "check", files=files)["diagnostics"]
    assert problem["code"] == "RUNE0040"
    assert answer_to(service, "change", files={"Runefile.yml": {"text": WORDS}}) is None
    assert answer_to(service, "check")["diagnostics"] == []
    assert answer_to(service, "check", files={"labels.txt": None})["diagnostics"][0]["code"] == "RUNE0020"


def test_files_that_come_with_a_refused_question_are_known_from_then_on() -> None:
    service = LanguageService(PUBLISHED_BLOCKS)
    assert refused(service, {"ask": "of-a-later-version", "files": FILES})[0] == "bad-request"
    assert answer_to(service, "check")["diagnostics"] == []


def test_a_model_that_cannot_be_read_says_why(service: LanguageService) -> None:
    file = {"size": 3, "model": {"refusal": "It ends at byte 3"}}
    assert "It ends at byte 3" in answer_to(service, "check", files={"words.tflite": file})["diagnostics"][0]["message"]


def test_every_question_has_an_answer(service: LanguageService) -> None:
    offset = at('best"]')
    completion = answer_to(service, "complete", offset=offset)
    assert completion["span"]["start"]["offset"] == offset - 1
    assert completion["items"][0].keys() == {"label", "kind", "insert", "is_snippet", "detail", "documentation"}
    assert answer_to(service, "hover", offset=offset)["text"].startswith("`best`")
    (location,) = answer_to(service, "definition", offset=offset)["locations"]
    assert (location["file"], location["span"]["start"]["line"]) == ("Runefile.yml", 25)
    assert len(answer_to(service, "references", offset=offset)["locations"]) == 2
    assert len(answer_to(service, "references", offset=offset, with_definition=False)["locations"]) == 1
    assert answer_to(service, "prepare-rename", offset=offset)["name"] == "best"
    assert [edit["text"] for edit in answer_to(service, "rename", offset=offset, name="first")["edits"]] == [
        "first"
    ] * 2
    assert isinstance(answer_to(service, "format")["edits"], list)
    assert len(answer_to(service, "infer")["edits"]) >= 1
    assert answer_to(service, "folding")["foldings"][0] == {"first_line": 4, "last_line": 36, "kind": "region"}
    assert answer_to(service, "symbols")["symbols"][1]["children"][0]["name"] == "LABELS"
    assert answer_to(service, "tokens")["tokens"][0]["kind"] == "key"
    assert [each["kind"] for each in answer_to(service, "actions", start=0, end=5)["actions"]] == ["refactor"]
    assert answer_to(service, "hover", offset=at("# one") + 3) is None
    assert answer_to(service, "complete", offset=at("# one") + 3) is None
    assert answer_to(service, "prepare-rename", offset=at("SOUND")) is None


def test_a_diagnostic_is_mended_by_its_action(service: LanguageService) -> None:
    text = WORDS.replace("SOUND", "Sound").replace("SERIAL", "Serial")
    start = text.index("Sound")
    actions = answer_to(service, "actions", files={"Runefile.yml": {"text": text}}, start=start, end=start)["actions"]
    assert [(each["kind"], each["code"]) for each in actions[:1]] == [("quickfix", "RUNE0040")]
    assert actions[-1]["kind"] == "fix-all"
    assert sorted(edit["text"] for edit in actions[-1]["edits"]) == ["SERIAL", "SOUND"]


def test_many_problems_of_a_kind_are_mended_at_once(service: LanguageService) -> None:
    text = WORDS.replace("[audio]", "[Audio]").replace("[spectrogram]", "[spectroGram]")
    start = text.index("Audio")
    actions = answer_to(service, "actions", files={"Runefile.yml": {"text": text}}, start=start, end=start)["actions"]
    assert [each["title"] for each in actions[:2]] == ["Change to audio", "Fix all 2 problems of this kind"]
    assert [edit["text"] for edit in actions[1]["edits"]] == ["audio", "spectrogram"]


def test_a_name_that_is_merely_alike_is_offered_and_not_changed_with_the_rest(service: LanguageService) -> None:
    text = WORDS.replace("[audio]", "[audioo]").replace("SERIAL", "Serial")
    start = text.index("audioo")
    actions = answer_to(service, "actions", files={"Runefile.yml": {"text": text}}, start=start, end=start)["actions"]
    assert [each["title"] for each in actions if each["kind"] == "quickfix"] == ["Change to audio"]
    assert actions[-1]["title"] == "Fix 1 problem of this file"
    assert [edit["text"] for edit in actions[-1]["edits"]] == ["SERIAL"]


def test_offsets_can_be_counted_in_units_of_utf_16(service: LanguageService) -> None:
    text = "# 😀\n" + WORDS.replace("# one second", "# 😀😀").replace('"best"', '"bost"')
    files = {"Runefile.yml": {"text": text}}
    inside = len(text[: text.index("bost")].encode("utf-16-le")) // 2 + 1
    (problem,) = answer_to(service, "check", files=files, offsets="utf-16")["diagnostics"]
    assert problem["span"]["start"]["offset"] == inside - 1
    assert problem["fixes"][0]["edits"][0]["span"]["start"]["offset"] == inside - 1
    completion = answer_to(service, "complete", offset=inside, offsets="utf-16")
    assert completion["span"]["start"]["offset"] == inside - 1
    answer_to(service, "change", files={"Runefile.yml": {"text": text.replace("image: ", 'image: "😀"  # ')}})
    image = answer_to(service, "tokens", offsets="utf-16")["tokens"][4]
    assert (image["span"]["start"]["column"], image["span"]["end"]["column"]) == (8, 12)


@pytest.mark.protects("compiling/language-requests")
@each_case(
    "request_",
    [
        None,
        [],
        "check",
        {},
        {"ask": 1},
        {"ask": "dance"},
        {"ask": "hover"},
        {"ask": "hover", "offset": -1},
        {"ask": "hover", "offset": True},
        {"ask": "hover", "offset": "1"},
        {"ask": "hover", "offset": 1, "offsets": "bytes"},
        {"ask": "rename", "offset": 1},
        {"ask": "check", "file": "../Runefile.yml"},
        {"ask": "check", "file": 7},
        {"ask": "open"},
        {"ask": "open", "files": []},
        {"ask": "open", "files": {"/etc/passwd": {"text": ""}}},
        {"ask": "open", "files": {"a": "text"}},
        {"ask": "open", "files": {"a": {}}},
        {"ask": "open", "files": {"a": {"text": 1}}},
        {"ask": "open", "files": {"a": {"base64": "?"}}},
        {"ask": "open", "files": {"a": {"size": 1, "model": []}}},
        {"ask": "open", "files": {"a": {"size": 1, "model": {"signature": {"inputs": 1}}}}},
        {"ask": "open", "files": {"a": {"size": 1, "model": {"refusal": 1}}}},
        {"ask": "references", "offset": 0, "with_definition": 1},
        {"ask": "actions", "start": 1},
        {"ask": "edit-graph"},
        {"ask": "edit-graph", "edit": {"edit": "explode"}},
        {"ask": "fits"},
    ],
)
def test_a_bad_request_is_told_what_is_wrong(service: LanguageService, request_: object) -> None:
    name, message = refused(service, request_)
    assert name == "bad-request"
    assert message
    assert answer_to(service, "check")["diagnostics"] == []


def test_a_request_that_is_no_json_is_told_so(service: LanguageService) -> None:
    for text in ("", "{", "[" * 100_000):
        assert json.loads(service.answer_text(text))["error"]["name"] == "bad-request"


def test_what_cannot_be_done_is_refused_by_name(service: LanguageService) -> None:
    request = {"ask": "rename", "offset": at('best"]'), "name": "audio"}
    assert refused(service, request) == ("rename-refused", 'The stage in line 5 has the name "audio" already')
    files = {"Runefile.yml": {"text": WORDS.replace("[audio]", "[audio")}}
    assert refused(service, {"ask": "format", "files": files})[0] == "format-refused"


def test_a_service_over_files_needs_no_opening() -> None:
    service = LanguageService(PUBLISHED_BLOCKS, MemoryFiles({"Runefile.yaml": b"version: 2\n"}))
    assert service.answer({"ask": "check"})["answer"]["runefile"] == "Runefile.yaml"
    assert service.answer({"ask": "hover", "offset": 0})["answer"]["text"].startswith("The version")


def test_an_offset_beyond_the_text_means_its_end(service: LanguageService) -> None:
    for ask in ("complete", "hover", "definition", "references", "prepare-rename"):
        answer_to(service, ask, offset=10**9)
        answer_to(service, ask, offset=10**9, offsets="utf-16")
    answer_to(service, "actions", start=10**9, end=0)


@each_case("text", ["", CURSOR, "\ufeff", "- a", "[", "{", "'", '"', "a: &b [*b]", "pipeline:", "?", "\t"])
def test_every_question_can_be_asked_of_any_text(service: LanguageService, text: str) -> None:
    answer_to(service, "change", files={"Runefile.yml": {"text": text}})
    for ask in ("check", "folding", "symbols", "tokens", "infer", "palette"):
        answer_to(service, ask)
    for offset in range(len(text) + 1):
        for ask in ("complete", "hover", "definition", "references", "prepare-rename"):
            answer_to(service, ask, offset=offset)
        answer_to(service, "actions", start=0, end=offset)


def test_the_reference_names_every_question_every_error_and_every_kind() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for ask in (*ANSWERS, "open", "change"):
        assert f"| `{ask}` |" in page
    for kind in (*CompletionKind, *SymbolKind, *TokenKind, *ActionKind, *FoldingKind):
        assert f"`{kind.value}`" in page or f'"{kind.value}"' in page
    for error in ("bad-request", "rename-refused", "format-refused", "graph-edit-refused"):
        assert f"| `{error}` |" in page


def test_the_files_that_are_named_are_told_and_renamed(service: LanguageService) -> None:
    uses = answer_to(service, "file-uses")["uses"]
    assert [(each["path"], each["kind"], each["by"]) for each in uses] == [
        ("words.tflite", "stage", "model"),
        ("labels.txt", "resource", "LABELS"),
    ]
    edits = answer_to(service, "rename-files", moved={"words.tflite": "models/w.tflite"})["edits"]
    assert [(edit["file"], edit["text"]) for edit in edits] == [("Runefile.yml", "./models/w.tflite")]
    assert answer_to(service, "rename-files", moved={})["edits"] == []
    assert refused(service, {"ask": "rename-files", "moved": {"../a": "b"}})[0] == "bad-request"
    assert refused(service, {"ask": "rename-files"})[0] == "bad-request"
