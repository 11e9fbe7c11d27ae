"""Blocks of other projects in an editor: palette, completion, hover, the edits that take one, and a copy of one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.mounts import SHELF
from rune.editing.language.service import LanguageService
from tests.support.runes.shared_blocks import PATH, RUNEFILE, SMOOTH, published

OLD, OLD_FILES = published("1.1", SMOOTH.replace(b"0.5", b"0.25"))
NEW, NEW_FILES = published()
SHELF_TEXT = json.dumps(
    {"acme/sounds#smooth": [{"version": "1.1", "digest": OLD}, {"version": "1.2", "digest": NEW, "deprecation": ""}]}
)
OTHER = RUNEFILE.format(block="softmax", type="f32")


def _service(runefile: str, lock: str | None = None, shelf: str = SHELF_TEXT) -> LanguageService:
    service = LanguageService(PUBLISHED_BLOCKS)
    mounts = {path: data.decode() for path, data in (OLD_FILES | NEW_FILES).items()}
    texts = {"Runefile.yml": runefile, SHELF: shelf, **mounts, **({} if lock is None else {"rune.lock": lock})}
    service.answer({"ask": "open", "files": {path: {"text": text} for path, text in texts.items()}})
    return service


def _answer(service: LanguageService, **request: Any) -> Any:
    reply = service.answer(request)
    assert "answer" in reply, reply
    return reply["answer"]


def test_the_palette_offers_the_best_version_and_takes_it_with_its_lock() -> None:
    service = _service(OTHER)
    (first, *rest) = _answer(service, ask="palette")["blocks"]
    assert (first["target"], first["title"], first["category"]) == (PATH, "smooth 1.2", "acme/sounds")
    assert first["help"] == "Average the scores, so that one loud moment is not a word."
    assert not any("sounds" in each["target"] for each in rest)
    suits = _answer(service, ask="suits", source={"stage": "input", "index": 0})["suits"]
    assert next(each["reason"] for each in suits if each["target"] == PATH) is None
    edit = {"edit": "add-stage", "kind": "block", "target": PATH, "inputs": [{"stage": "input", "index": 0}]}
    answer = _answer(service, ask="edit-graph", edit=edit)
    assert answer["stage"] == "smooth_2"  # there is a stage smooth
    lock = next(each for each in answer["edits"] if each["file"] == "rune.lock")
    assert (lock["span"]["end"]["offset"], lock["text"].splitlines()[-1]) == (0, f"{PATH} {NEW}")


def test_a_version_is_taken_in_place_of_another() -> None:
    service = _service(RUNEFILE.format(block="acme/sounds#smooth@1.1", type="f32"), f"acme/sounds#smooth@1.1 {OLD}\n")
    assert _answer(service, ask="check")["diagnostics"] == []
    edit = {"edit": "set-target", "stage": "smooth", "target": PATH}
    edits = {each["file"]: each["text"] for each in _answer(service, ask="edit-graph", edit=edit)["edits"]}
    assert edits["Runefile.yml"] == "2"
    assert edits["rune.lock"].splitlines() == [f"acme/sounds#smooth@1.1 {OLD}", f"{PATH} {NEW}"]


def test_hover_completion_and_a_copy_show_what_it_is() -> None:
    runefile = RUNEFILE.format(block=PATH, type="f32")
    service = _service(runefile, f"{PATH} {NEW}\n")
    at = runefile.index(PATH) + 3
    assert "A larger `alpha` follows faster." in _answer(service, ask="hover", offset=at)["text"]
    items = _answer(service, ask="complete", offset=runefile.index(PATH))["items"]
    assert PATH in {each["label"] for each in items}
    answer = _answer(service, ask="copy-block", stage="smooth")
    assert answer["files"] == [{"path": "smooth.py", "text": SMOOTH.decode()}]
    assert [each["text"] for each in answer["edits"]] == ["./smooth.py"]


@pytest.mark.parametrize("target", ["acme/sounds#smooth@3", "acme/other#x@1"])
def test_what_is_not_known_is_not_locked(target: str) -> None:
    edit = {"edit": "set-target", "stage": "smooth", "target": target}
    edits = _answer(_service(OTHER), ask="edit-graph", edit=edit)["edits"]
    assert {each["file"] for each in edits} == {"Runefile.yml"}


def test_what_is_advised_against_says_so_wherever_it_is_shown() -> None:
    runefile = RUNEFILE.format(block=PATH, type="f32")
    entry = {"version": "1.2", "digest": NEW, "deprecation": "It clicks.", "successor": "acme/calm#slow@2"}
    service = _service(runefile, f"{PATH} {NEW}\n", json.dumps({"acme/sounds#smooth": [entry]}))
    advice = "Deprecated: It clicks. Take `acme/calm#slow@2` instead."
    assert _answer(service, ask="palette")["blocks"][0]["help"].startswith(advice)
    assert _answer(service, ask="hover", offset=runefile.index(PATH) + 3)["text"].startswith(advice)


def test_a_stage_tells_how_to_run_its_block_beside_the_text() -> None:
    runefile = RUNEFILE.format(block=PATH, type="f32").replace(
        "inputs: [input]", "inputs: [input]\n    args: {alpha: 0.25}"
    )
    answer = _answer(_service(runefile, f"{PATH} {NEW}\n"), ask="stage-block", stage="smooth")
    assert answer == {
        "stage": "smooth",
        "path": PATH,
        "file": "smooth.py",
        "text": SMOOTH.decode(),
        "inputs": [{"stage": "input", "index": 0, "type": "f32", "dimensions": [4]}],
        "outputs": 1,
        "settings": {"alpha": 0.25},
    }
    # It is not of another project, not there, or its bytes are not here.
    for service, stage in (
        (_service(OTHER), "smooth"),
        (_service(OTHER), "nothing"),
        (_service(RUNEFILE.format(block="acme/other#x@1", type="f32")), "smooth"),
    ):
        assert _answer(service, ask="stage-block", stage=stage) is None
