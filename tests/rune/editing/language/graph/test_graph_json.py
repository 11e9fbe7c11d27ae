"""Edits of the graph cross to a page and back as JSON, and the language service answers for the graph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.graph.drawing import graph_edit_from_json, graph_edit_to_json
from rune.editing.language.graph.edit import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
)
from rune.editing.language.requests import BadLanguageRequest
from rune.editing.language.service import LanguageService
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType
from tests.rune.editing.language.graph.graph_project import PROJECT
from tests.support.cases import each_case

FILES = MemoryFiles({"Runefile.yml": PROJECT.encode(), "words.txt": b"one\ntwo\nthree\n"})
TYPES = (TensorType(ElementType.F32, (1, 2)), TensorType(ElementType.UTF8, ()))
EDITS: tuple[GraphEdit, ...] = (
    AddStage(StageKind.CAPABILITY, "SOUND"),
    AddStage(StageKind.BLOCK, "fft", "x", {"bins": 480, "y": "z"}, TYPES, (Port("a", 0), Port("b", 1))),
    RemoveStage("a"),
    RenameStage("a", "b"),
    Connect(Port("a", 1), "b"),
    Connect(Port("a", 0), "b", 2, replace=False),
    Disconnect("a", 1),
    SetArgument("a", "b", None),
    SetArgument("a", "b", "x\ny", "text"),
    SetArgument("a", "b", 0.5),
    SetTarget("a", "b"),
    SetOutputs("a", TYPES),
    SetOutputs("a", None),
)


@each_case("edit", EDITS, ids=lambda edit: type(edit).__name__)
def test_an_edit_comes_back_from_json_as_it_was(edit: GraphEdit) -> None:
    assert graph_edit_from_json(json.loads(json.dumps(graph_edit_to_json(edit)))) == edit


def test_what_may_be_left_out_may_be_left_out() -> None:
    assert graph_edit_from_json({"edit": "add-stage", "kind": "output", "target": "SERIAL"}) == AddStage(
        StageKind.OUTPUT, "SERIAL"
    )
    wire = {"edit": "connect", "source": {"stage": "a", "index": 0}, "target": "b"}
    assert graph_edit_from_json(wire) == Connect(Port("a", 0), "b")


@each_case(
    ("request_", "words"),
    [
        ({"edit": "explode"}, '"edit" must be one of'),
        ({"edit": "remove-stage"}, '"name" must be a text'),
        ({"edit": "connect", "source": "a", "target": "b"}, '"source" must be an object'),
        ({"edit": "connect", "source": {"stage": "a", "index": -1}, "target": "b"}, '"index" must be a whole number'),
        ({"edit": "set-argument", "stage": "a", "name": "b", "value": [1]}, '"value" must be a number or a text'),
        ({"edit": "set-outputs", "stage": "a", "types": [{"type": "f32", "dimensions": [0]}]}, '"dimensions" must be'),
        ({"edit": "set-outputs", "stage": "a", "types": ["f32"]}, '"types" must be a list of objects'),
        ({"edit": "add-stage", "kind": "model", "target": "m", "inputs": {}}, '"inputs" must be a list'),
    ],
)
def test_a_request_that_is_no_edit_is_refused_by_name(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(BadLanguageRequest) as error:
        graph_edit_from_json(request_)
    assert words in error.value.message


def test_the_door_answers_for_the_graph() -> None:
    answer = LanguageService(PUBLISHED_BLOCKS, FILES).answer
    edit = answer({"ask": "edit-graph", "edit": {"edit": "disconnect", "target": "best", "target_index": 0}})
    (only,) = edit["answer"]["edits"]
    assert (only["file"], only["text"]) == ("Runefile.yml", "")
    response = answer({"ask": "edit-graph", "edit": {"edit": "remove-stage", "name": "nobody"}})
    assert response == {"error": {"name": "graph-edit-refused", "message": 'There is no stage "nobody".'}}
    source = {"stage": "best", "index": 0}
    one = answer({"ask": "fits", "source": source, "target": "word", "target_index": 0})
    assert one == {"answer": {"reason": None}}
    every = answer({"ask": "fits", "source": source})["answer"]["fits"]
    assert {"stage": "word", "index": 0, "reason": None} in every
    assert answer({"ask": "palette"})["answer"]["outputs"][0]["target"] == "SERIAL"
    (wordlist,) = answer({"ask": "arguments", "stage": "word"})["answer"]["arguments"]
    assert (wordlist["kind"], wordlist["text"]) == ("long-text", "one\ntwo\nthree\n")
