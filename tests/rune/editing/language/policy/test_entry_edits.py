"""Edits of the section `models` by a form: the text means the edited models, and all that stands around them stays."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rune.editing.language.policy.entry_edits import (
    AddModel,
    ModelEdit,
    ModelEditRefused,
    RemoveModel,
    RenameModel,
    SetModel,
    edit_models,
)
from rune.editing.language.policy.entry_splices import data_of
from rune.editing.language.yaml.layout import comments, read_layout
from rune.source.policy.read import read_policy
from rune.source.runefile.source import SourceText
from tests.support.cases import each_case

TEXT = """\
# of the team
limits:
  size: 100 kB # small

models:
  # the words
  net.tflite: # made at night
    source: a.keras # old
    quantize: int8
    keep: [x, y]
    # calibration comes later
  'two words.tflite': {source: b.onnx, keep: [a]} # two
  third.tflite:
    keep:
      - conv # first
      - dense
    source: "c.h5"

# the data
data: ~
"""
_KEYS = {"source": ("d.keras", "a b/c.onnx", "5"), "quantize": ("int8", "float16"), "calibration": ("validation",)}
_LAYERS = ("conv", "dense", "x", "y", "n", "a: b", "functional/dense 2", "#3")


def edited(text: str, edit: ModelEdit) -> str:
    edits = edit_models(SourceText("forge.yml", text), edit)
    for each in reversed(edits):
        text = text[: each.span.start.offset] + each.text + text[each.span.end.offset :]
    return text


def test_a_value_changes_where_it_stands() -> None:
    assert edited(TEXT, SetModel("net.tflite", "quantize", "int16x8")) == TEXT.replace("int8", "int16x8")
    assert edited(TEXT, SetModel("third.tflite", "source", "d.h5")) == TEXT.replace('"c.h5"', '"d.h5"')
    assert edited(TEXT, RenameModel("two words.tflite", "2.tflite")) == TEXT.replace("two words", "2")


def test_an_edit_of_a_value_is_no_longer_than_the_value() -> None:
    edits = edit_models(SourceText("forge.yml", TEXT), SetModel("net.tflite", "quantize", "int16x8"))
    assert [(each.span.end.offset - each.span.start.offset, each.text) for each in edits] == [(0, "16x")]


def test_a_key_is_added_where_keys_stand_by_custom_and_removed_with_its_line() -> None:
    line = "    calibration: validation\n"
    text = edited(TEXT, SetModel("net.tflite", "calibration", "validation"))
    assert text == TEXT.replace("    quantize: int8\n", f"    quantize: int8\n{line}")
    assert edited(text, SetModel("net.tflite", "calibration", None)) == TEXT


def test_layers_are_added_to_and_removed_from_their_list() -> None:
    assert edited(TEXT, SetModel("net.tflite", "keep", ("x", "y", "z"))) == TEXT.replace("[x, y]", "[x, y, z]")
    assert edited(TEXT, SetModel("net.tflite", "keep", ("y", "z"))) == TEXT.replace("[x, y]", "[y, z]")
    assert edited(TEXT, SetModel("third.tflite", "keep", ("conv", "dense", "last"))) == TEXT.replace(
        "      - dense\n", "      - dense\n      - last\n"
    )
    assert edited(TEXT, SetModel("net.tflite", "keep", ())) == TEXT.replace("    keep: [x, y]\n", "")


@each_case(
    "before",
    ["", "# mine\n", "limits:\n  size: 1 kB", "models:\n", "models: {} # none\n", "models: ~\n", "models:\r\n"],
)
def test_the_first_model_makes_the_section(before: str) -> None:
    text = edited(before, AddModel("net.tflite", "net.keras", "int8"))
    result = read_policy(text)
    assert not result.diagnostics
    assert [(each.path, each.source, each.form) for each in result.models] == [("net.tflite", "net.keras", "int8")]
    assert data_of(edited(text, RemoveModel("net.tflite"))) == data_of(before)


def test_a_model_is_added_with_the_settings_that_are_not_the_usual_ones() -> None:
    text = edited("", AddModel("net.tflite", "net.pt2", "int8", "float32"))
    [model] = read_policy(text).models
    assert model.form == "int8"
    assert model.float_interface
    assert [line.strip() for line in text.splitlines()][2:] == [
        "source: net.pt2",
        "quantize: int8",
        "interface: float32",
    ]


def test_a_model_is_added_below_the_last_one_and_its_comments() -> None:
    text = "models:\n  a.tflite:\n    source: a.h5\n    # quantize: int8\n\n# tail\ndata: ~\n"
    entry = "  b.tflite:\n    source: b.h5\n"
    assert edited(text, AddModel("b.tflite", "b.h5")) == text.replace("int8\n", f"int8\n{entry}")


@each_case(
    ("text", "edit", "reason"),
    [
        ("models: [", AddModel("a.tflite", "a.h5"), "has an error"),
        ("- a\n", AddModel("a.tflite", "a.h5"), "has an error"),
        ("models: 3\n", AddModel("a.tflite", "a.h5"), "must be a map"),
        ("models:\n  a.tflite: b.h5\n", SetModel("a.tflite", "source", "c.h5"), "must be a map"),
        (TEXT, AddModel("net.tflite", "a.h5"), "in the list already"),
        (TEXT, AddModel("./net.tflite", "a.h5"), "in the list already"),
        (TEXT, AddModel("net.h5", "a.h5"), "ends with `.tflite`"),
        (TEXT, AddModel("../net.tflite", "a.h5"), "not a path within the project"),
        (TEXT, RenameModel("net.tflite", "third.tflite"), "in the list already"),
        (TEXT, RemoveModel("no.tflite"), "has no model"),
        (TEXT, SetModel("no.tflite", "source", "a.h5"), "has no model"),
        (TEXT, SetModel("net.tflite", "keep", tuple(map(str, range(201)))), "at most 200 layers"),
        (
            "models:\n  a.tflite: &a\n    source: a.h5\n  b.tflite: *a\n",
            SetModel("a.tflite", "source", "c.h5"),
            "Edit it as text",
        ),
        (
            "models:\n" + "".join(f"  m{i}.tflite: {{source: a.h5}}\n" for i in range(50)),
            AddModel("a.tflite", "a"),
            "50",
        ),
        ("# " + "x" * 65_500 + "\nmodels:\n", AddModel("a.tflite", "long name.h5"), "too large"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_the_reason(text: str, edit: ModelEdit, reason: str) -> None:
    with pytest.raises(ModelEditRefused, match=reason):
        edited(text, edit)


def _random_edit(random: Random, models: dict[str, Any]) -> ModelEdit:
    path = random.choice([*models, "none.tflite"])
    match random.randrange(6):
        case 0:
            return AddModel(f"new {random.randrange(3)}.tflite", "new.onnx", random.choice([None, "int8"]))
        case 1:
            return RemoveModel(path)
        case 2:
            return RenameModel(path, random.choice(["other.tflite", "a - #b.tflite", "net.tflite"]))
        case 3:
            names = random.sample(_LAYERS, random.randrange(5))
            remaining = [name for name in models.get(path, {}).get("keep", []) if random.random() < 0.7]
            return SetModel(path, "keep", tuple(dict.fromkeys(remaining + names)))
        case _:
            key = random.choice(list(_KEYS))
            return SetModel(path, key, random.choice([None, *_KEYS[key]]))


def _comments(text: str) -> list[str]:
    return sorted(text[each.start : each.end].rstrip() for each in comments(text, read_layout(text)))


@pytest.mark.slow
@given(st.integers(0, 2**64), st.booleans(), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_any_edits_keep_all_comments_and_all_other_keys(seed: int, is_windows: bool, count: int) -> None:
    random = Random(seed)
    text = TEXT.replace("\n", "\r\n") if is_windows else TEXT
    for _ in range(count):
        before = data_of(text)
        assert before is not None
        edit = _random_edit(random, before.get("models", {}))
        try:
            after = edited(text, edit)
        except ModelEditRefused as refusal:
            assert any(word in refusal.reason for word in ("has no model", "already"))  # noqa: PT017 (only sometimes)
            continue
        data = data_of(after)
        assert data is not None
        models, old = data.pop("models", {}), before.pop("models", {})
        assert data == before
        own = {edit.path, edit.to if isinstance(edit, RenameModel) else edit.path}
        assert {path: entry for path, entry in models.items() if path not in own} == {
            path: entry for path, entry in old.items() if path not in own
        }
        assert _comments(after) == _comments(text)
        assert "\n" not in after.replace("\r\n", "") if is_windows else "\r" not in after
        text = after
