"""Requests of a page that draws the graph: the ports, the blocks that fit after a stage, and edits that belong
together."""

from __future__ import annotations

from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_edits
from rune.editing.language.graph.edit import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    GraphEditRefused,
    RemoveStage,
    Several,
    edit_graph,
)
from rune.editing.language.graph.ports import stage_ports
from rune.editing.language.graph_edits.connection_check import fits, sources_for, suiting
from rune.editing.language.graph_edits.palette import palette
from rune.editing.language.service import LanguageService
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.runefile.syntax import StageKind
from tests.rune.editing.language.graph.graph_project import PROJECT
from tests.rune.editing.language.graph.test_connection_check import TWO
from tests.support.cases import each_case
from tests.support.language.graph_models import graph_of
from tests.support.language.written_runefiles import analysed


def answer_to(text: str, **request: Any) -> Any:
    """The answer of the language service about a project with this Runefile."""
    files = MemoryFiles({"Runefile.yml": text.encode(), "words.txt": b"one\ntwo\nthree\n"})
    return LanguageService(PUBLISHED_BLOCKS, files).answer(request)["answer"]


def inputs_of(text: str) -> dict[str, tuple[tuple[str, int], ...]]:
    return {stage.name: stage.inputs for stage in graph_of(analysed(text))}


def edited(text: str, edit: GraphEdit | Several) -> str:
    return apply_edits(text, edit_graph(analysed(text), edit))


def test_a_stage_is_put_into_a_wire_and_the_comments_stay() -> None:
    text = edited(
        PROJECT, AddStage(StageKind.BLOCK, "normalize", None, {}, None, (Port("audio", 0),), Port("model", 0))
    )
    assert inputs_of(text)["normalize"] == (("audio", 0),)
    assert inputs_of(text)["model"] == (("normalize", 0),)
    for line in PROJECT.splitlines():
        assert line.partition("#")[2] in text


def test_the_name_of_a_new_stage_is_told() -> None:
    edit = {"edit": "add-stage", "kind": "block", "target": "label", "inputs": []}
    assert answer_to(PROJECT, ask="edit-graph", edit=edit)["stage"] == "label"
    assert answer_to(PROJECT, ask="edit-graph", edit={"edit": "remove-stage", "name": "word"})["stage"] is None


def test_several_edits_are_made_one_after_the_other_or_none_at_all() -> None:
    edits = Several((Connect(Port("model", 0), "answer"), Disconnect("best", 0)))
    assert inputs_of(edited(PROJECT, edits))["best"] == ()
    assert ("model", 0) in inputs_of(edited(PROJECT, edits))["answer"]
    text = edited(PROJECT, Several((RemoveStage("best"), RemoveStage("word"))))
    assert {"best", "word"}.isdisjoint(inputs_of(text))
    with pytest.raises(GraphEditRefused, match="no stage"):
        edited(PROJECT, Several((RemoveStage("best"), RemoveStage("best"))))


def test_the_ports_say_what_is_read_and_given() -> None:
    stages = {stage["name"]: stage for stage in answer_to(TWO, ask="ports")["stages"]}
    assert stages["audio"]["inputs"] == []
    assert stages["audio"]["outputs"] == ["i16[16000]"]
    assert stages["best"]["inputs"] == [{"name": None, "source": {"stage": "model", "index": 0}, "type": "f32[1, 3]"}]
    assert stages["answer"]["outputs"] == []
    assert stages["answer"]["kind"] == "output"


def test_a_models_inputs_are_there_before_they_are_connected() -> None:
    stage = {each.name: each for each in stage_ports(analysed(TWO))}["two"]
    assert [(each.name, each.source, str(each.type)) for each in stage.inputs] == [
        ("a", None, "f32[2]"),
        ("b", None, "u8[4]"),
    ]


def test_every_output_says_whether_an_input_could_read_from_it() -> None:
    choices = sources_for(analysed(TWO), "word", 0)
    assert {each.port.stage for each in choices} >= {"audio", "model", "best"}
    assert "word" not in {each.port.stage for each in choices}
    for each in choices:
        assert each.reason == fits(analysed(TWO), each.port, "word", 0)
    sources = answer_to(PROJECT, ask="fits", target="word", target_index=0)["sources"]
    assert {"stage": "best", "index": 0, "type": "u32[1]", "reason": None} in sources


@pytest.mark.slow
def test_what_could_be_put_after_a_stage_takes_what_it_gives() -> None:
    analysis = analysed(PROJECT)
    choices = palette(analysis)
    items = (*choices.capabilities, *choices.blocks, *choices.models, *choices.outputs)
    for source in ("audio", "model", "best", "word"):
        port = Port(source, 0)
        for suit in suiting(analysis, port, items):
            if suit.kind is StageKind.CAPABILITY:
                assert suit.reason is not None
                continue
            text = edited(PROJECT, AddStage(suit.kind, suit.target, "fresh"))
            assert (fits(analysed(text), port, "fresh", 0) is None) is (suit.reason is None), (source, suit)


def types_of(*types: tuple[str, list[int]]) -> list[dict[str, Any]]:
    return [{"type": element, "dimensions": dimensions} for element, dimensions in types]


@each_case(
    ("stage", "types", "reason"),
    [
        ("audio", types_of(("i16", [1, 16000])), None),
        ("audio", types_of(("i16", [100])), "with these arguments it gives i16[16000]"),
        ("best", types_of(("f32", [1])), "most_confident_indices gives u32[1], and not f32."),
        ("best", None, None),
        ("best", [], "gives 1 output"),
        ("answer", types_of(("u8", [1])), "other stages cannot read from it"),
        ("nobody", None, "nobody"),
    ],
)
def test_types_that_a_stage_cannot_give_are_known_before_they_are_written(
    stage: str, types: Any, reason: str | None
) -> None:
    refusal = answer_to(PROJECT, ask="types-fit", stage=stage, types=types)["reason"]
    assert refusal is None if reason is None else reason in refusal


def test_whether_the_types_are_written_is_told_with_the_ports() -> None:
    declarations = {stage["name"]: stage["declared"] for stage in answer_to(PROJECT, ask="ports")["stages"]}
    assert (declarations["audio"], declarations["word"]) == (True, False)
