"""Answers to an editor in the file of a block in Python."""

from __future__ import annotations

from typing import Any

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import LanguageService
from tests.support.cases import each_case
from tests.support.language.block_files import BLOCK, RUNEFILE


class _Editor:
    """Asks about smooth.py, at words of it."""

    def __init__(self, block: str = BLOCK) -> None:
        self._block = block
        self._service = LanguageService(PUBLISHED_BLOCKS)
        files = {"Runefile.yml": {"text": RUNEFILE}, "smooth.py": {"text": block}}
        self._service.answer({"ask": "open", "files": files})

    def ask(self, what: str, at: str = "", **more: object) -> Any:
        where = {"offset": self._block.index(at) + len(at) - 1} if at else {}
        response = self._service.answer({"ask": what, "file": "smooth.py", "offsets": "utf-16", **where, **more})
        return response.get("answer", response.get("error"))


def test_hints_say_what_the_wire_and_the_check_found() -> None:
    hints = [(each["at"]["line"], each["text"]) for each in _Editor().ask("hints")["hints"]]
    assert hints == [(5, "n = 6, from model"), (6, "f32"), (7, "0..5")]


@each_case(
    ("at", "text"),
    [
        ("    loudest", "`loudest: f32`"),
        ("for i", "From 0 to 5."),
        ("(x", "`x: f32[6], read only`"),
        ("= max", "The greatest"),
        ("math.fabs", "Exact"),
        ("last: State", "kept from one run"),
    ],
)
def test_a_hover_says_what_a_name_is(at: str, text: str) -> None:
    assert text in _Editor().ask("hover", at)["text"]


def test_completion_knows_names_functions_and_math() -> None:
    labels = [item["label"] for item in _Editor().ask("complete", "    loudest")["items"]]
    assert {"x", "alpha", "last", "i", "GAIN", "scaled", "len", "f32", "State"} <= set(labels)
    assert "smooth" not in labels
    block = BLOCK.replace("math.fabs(last[i])", "math.")
    completion = _Editor(block).ask("complete", offset=block.index("math.)") + len("math."))
    labels = [item["label"] for item in completion["items"]]
    assert {"sin", "floor", "pi"} <= set(labels)
    assert "len" not in labels


def test_a_name_is_found_and_renamed_in_its_function_alone() -> None:
    editor = _Editor()
    lines = [each["span"]["start"]["line"] for each in editor.ask("references", "    loudest")["locations"]]
    assert lines == [6, 9, 9]
    assert [each["span"]["start"]["line"] for each in editor.ask("definition", "scaled(a"[:-2])["locations"]] == [3]
    assert len(editor.ask("rename", "    loudest", name="top")["edits"]) == 3
    assert len(editor.ask("rename", "GAIN", name="FACTOR")["edits"]) == 2
    for name in ("len", "x", "1a", "for"):
        assert editor.ask("rename", "    loudest", name=name)["name"] == "rename-refused"
    assert editor.ask("rename", "def smooth", name="other")["name"] == "rename-refused"
    assert editor.ask("prepare-rename", "range") is None


def test_problems_are_told_while_the_rest_is_still_known() -> None:
    editor = _Editor(BLOCK.replace("    return last", "    peaks.append(1.0)\n    return last"))
    problems = [(each["file"], each["code"]) for each in editor.ask("check")["diagnostics"]]
    assert problems == [("Runefile.yml", "RUNE0119"), ("smooth.py", "RUNE0112")]
    assert "`loudest: f32`" in editor.ask("hover", "    loudest")["text"]
    new_editor = _Editor("def smooth(x:\n")
    assert new_editor.ask("hints") == {"hints": []}
    assert new_editor.ask("complete", "smooth(x")["items"]
    assert new_editor.ask("references", "smooth") == {"locations": []}


def test_a_list_that_grows_can_be_declared_as_state() -> None:
    wrong = BLOCK.replace("    return last", "    peaks.append(1.0)\n    return last")
    editor = _Editor(wrong)
    at = wrong.index("append")
    (action,) = editor.ask("actions", start=at, end=at)["actions"]
    assert action["title"] == "Declare peaks: State[f32[16]]"
    (edit,) = action["edits"]
    offset = edit["span"]["start"]["offset"]
    source = wrong[:offset] + edit["text"] + wrong[offset:]
    diagnostics = _Editor(source.replace("peaks.append(1.0)", "peaks[0] = 1.0")).ask("check")["diagnostics"]
    assert diagnostics == []


def test_a_test_file_has_what_tests_can_say() -> None:
    tests = "def test_it():\n    y = smooth([1.0])\n    assert y == approx([0.25], abs=0.1)\n"
    service = _service({"smooth.py": BLOCK, "smooth_test.py": tests})

    def answer_to(what: str, at: str) -> Any:
        offset = tests.index(at) + 1
        return service.answer({"ask": what, "file": "smooth_test.py", "offset": offset})["answer"]

    assert "how far a number may be off" in answer_to("hover", "approx")["text"]
    assert "y: f32[1]" in answer_to("hover", "y ==")["text"]
    labels = {each["label"] for each in answer_to("complete", "smooth")["items"]}
    assert {"smooth", "approx", "recording", "y"} <= labels
    assert all(each.isidentifier() for each in labels)
    files = {"smooth_test.py": {"text": "def test_it():\n    smooth([1.0])\n"}}
    diagnostics = service.answer({"ask": "check", "files": files})["answer"]["diagnostics"]
    assert [(each["file"], each["code"], each["severity"]) for each in diagnostics] == [
        ("smooth_test.py", "RUNE0120", "error")
    ]


def test_behind_a_number_no_name_is_offered() -> None:
    assert _Editor().ask("complete", "GAIN = 0.5")["items"] == []
    assert _Editor().ask("complete", "v * G")["items"] != []


SWITCH = """\
version: 1
image: runicos/base
pipeline:
  scores:
    capability: RAW
    outputs: [{type: f32, dimensions: [1, 6]}]
  switch:
    proc-block: hysteresis
    inputs: [scores]
    args: {on: 0.5}
  mean:
    proc-block: moving_average
    inputs: [scores]
  out:
    out: SERIAL
    inputs: [switch, mean]
"""


def test_a_block_of_the_catalogue_becomes_the_projects_own() -> None:
    service = LanguageService(PUBLISHED_BLOCKS)
    service.answer({"ask": "open", "files": {"Runefile.yml": {"text": SWITCH}}})
    assert service.answer({"ask": "copy-block", "stage": "switch", "dry_run": True})["answer"] == {"reason": None}
    why = service.answer({"ask": "copy-block", "stage": "mean", "dry_run": True})["answer"]["reason"]
    assert "not a block of the catalogue that is written in Python" in why
    answer = service.answer({"ask": "copy-block", "stage": "switch"})["answer"]
    (file,), (edit,) = answer["files"], answer["edits"]
    assert (file["path"], 'x: f32["n"]' in file["text"], edit["text"]) == ("hysteresis.py", True, "./hysteresis.py")
    changed = SWITCH[: edit["span"]["start"]["offset"]] + edit["text"] + SWITCH[edit["span"]["end"]["offset"] :]
    texts = {"Runefile.yml": {"text": changed}, "hysteresis.py": {"text": file["text"]}}
    diagnostics = service.answer({"ask": "check", "files": texts})["answer"]["diagnostics"]
    assert [each["message"] for each in diagnostics if each["severity"] == "error"] == []
    # A file that is there and the same is taken, and another is not written over.
    service.answer({"ask": "change", "files": {"Runefile.yml": {"text": SWITCH}}})
    assert service.answer({"ask": "copy-block", "stage": "switch"})["answer"]["files"] == []
    service.answer({"ask": "change", "files": {"hysteresis.py": {"text": "# mine"}}})
    error = service.answer({"ask": "copy-block", "stage": "switch"})["error"]
    assert (error["name"], "Rename it first" in error["message"]) == ("new-block-refused", True)


def test_what_is_only_asked_of_a_runefile_is_refused_by_name() -> None:
    assert "asked of a Runefile" in _Editor().ask("palette")["message"]


NEW = {"ask": "new-block", "name": "hold", "source": {"stage": "model", "index": 0}}


def _runefile(dimensions: str, element: str) -> str:
    return RUNEFILE.replace("    args: {length: 24}\n", "").replace("[6]", f"[{dimensions}]").replace("f32", element)


def _service(more: dict[str, str] | None = None, dimensions: str = "6", element: str = "f32") -> LanguageService:
    service = LanguageService(PUBLISHED_BLOCKS)
    texts = {"Runefile.yml": _runefile(dimensions, element), **(more or {})}
    service.answer({"ask": "open", "files": {path: {"text": text} for path, text in texts.items()}})
    return service


@each_case(
    ("name", "reason"),
    [
        ("def", "Python function"),
        ("1st", "Python function"),
        ("größe", "Python function"),
        ("len", "has a meaning"),
        ("f32", "has a meaning"),
        ("smooth", "file smooth.py already exists"),
        ("a" * 61, "too long"),
    ],
)
def test_a_new_block_that_cannot_be_called_so_is_refused(name: str, reason: str) -> None:
    service = _service({"smooth.py": BLOCK})
    assert reason in service.answer({"ask": "new-block", "name": name, "dry_run": True})["answer"]["reason"]
    error = service.answer({**NEW, "name": name})["error"]
    assert error["name"] == "new-block-refused"
    assert reason in error["message"]


def test_a_new_block_behind_what_is_not_known_is_refused() -> None:
    answer = _service().answer({**NEW, "source": {"stage": "nobody", "index": 0}})
    assert "not known what nobody gives" in answer["error"]["message"]


@each_case("dimensions", ["6", "1, 6", "2, 3, 4"])
@each_case("element", ["f32", "f64", "u8", "i16"])
def test_a_new_block_runs_where_it_is_put(dimensions: str, element: str) -> None:
    type_ = f"{element}[{dimensions}]"
    own = f"def smooth(x: {type_}) -> {type_}:\n    y = {type_}()\n    return y\n"
    service = _service({"smooth.py": own}, dimensions, element)
    answer = service.answer({**NEW, "feeds": {"stage": "smooth", "index": 0}})["answer"]
    assert answer["stage"] == "hold"
    text = _runefile(dimensions, element)
    for edit in sorted(answer["edits"], key=lambda each: -each["span"]["start"]["offset"]):
        text = text[: edit["span"]["start"]["offset"]] + edit["text"] + text[edit["span"]["end"]["offset"] :]
    service.answer(
        {
            "ask": "change",
            "files": {
                "Runefile.yml": {"text": text},
                **{each["path"]: {"text": each["text"]} for each in answer["files"]},
            },
        }
    )
    assert service.answer({"ask": "check"})["answer"]["diagnostics"] == []
    place = service.answer({"ask": "block", "file": "hold.py"})["answer"]
    assert (place["stage"], place["inputs"][0]["stage"], place["outputs"]) == ("hold", "model", 1)
    assert place["inputs"][0]["dimensions"] == [int(each) for each in dimensions.split(",")]
    assert service.answer({"ask": "block", "file": "smooth.py"})["answer"]["inputs"][0]["stage"] == "hold"


def test_an_input_of_one_row_is_numbers_in_a_row_too() -> None:
    assert _service({"smooth.py": BLOCK}, "1, 6").answer({"ask": "check"})["answer"]["diagnostics"] == []
