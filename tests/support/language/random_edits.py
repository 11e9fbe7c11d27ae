"""Any edit of a graph, legal or not, and what must be true after it."""

from __future__ import annotations

from random import Random

from rune.editing.language.apply import apply_edits
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    GraphEditRefused,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
    edit_graph,
)
from rune.port import Port
from rune.source.runefile import Edit
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType
from tests.support.language.graph_models import StageOfModel, edited, graph_of, remarks, without_types
from tests.support.language.written_runefiles import analysed

_TARGETS = {
    StageKind.CAPABILITY: ("RAW", "SOUND", "IMAGE", "accel"),
    StageKind.BLOCK: ("fft", "hotg-ai/proc-blocks@v0.11.3#normalize"),
    StageKind.MODEL: ("./two.tflite", "./words.tflite"),
    StageKind.OUTPUT: ("SERIAL", "TENSOR"),
}
_VALUES = (
    None,
    3,
    0.25,
    "a text",
    "yes",
    "7",
    "@PixelFormat::RGB",
    "it's: {odd} # so",
    "$WORDS",
    "one\n  two\n\nthree",
)


def random_edit(random: Random, graph: tuple[StageOfModel, ...]) -> GraphEdit:
    """An edit of that graph; most are legal."""
    names = [stage.name for stage in graph] or ["nothing"]
    name, other = random.choice(names), random.choice(names)
    inputs = next((len(stage.inputs) for stage in graph if stage.name == name), 0)
    match random.randrange(8):
        case 0:
            kind = random.choice(tuple(StageKind))
            sources = () if kind is StageKind.CAPABILITY else (Port(other, 0),) * random.randint(0, 2)
            types = random.choice((None, _types(random)))
            return AddStage(kind, random.choice(_TARGETS[kind]), "new_1", {}, types, sources)
        case 1:
            return RemoveStage(name)
        case 2:
            return RenameStage(name, random.choice(("other", "x-1", name, other, "1x")))
        case 3:
            index = random.choice((None, *range(inputs + 1), random.randint(0, inputs + 1)))
            candidates = [stage.name for stage in graph if stage.kind is not StageKind.OUTPUT] or [other]
            source = random.choice(candidates[: max(names.index(name), 1)])
            return Connect(Port(source, random.choice((0, 0, 0, 1))), name, index, random.choice((True, False)))
        case 4:
            return Disconnect(name, random.choice((0, 0, 1, max(inputs - 1, 0))))
        case 5:
            key = random.choice(("hz", "count", "sample_duration_ms", "wordlist", "text", "new-one"))
            return SetArgument(name, key, random.choice(_VALUES))
        case 6:
            kind = next((stage.kind for stage in graph if stage.name == name), StageKind.BLOCK)
            return SetTarget(name, random.choice(_TARGETS[kind]))
        case _:
            return SetOutputs(name, random.choice((None, _types(random))))


def _types(random: Random) -> tuple[TensorType, ...]:
    sizes = tuple(random.randint(1, 9) for _ in range(random.randint(0, 3)))
    return tuple(
        TensorType(random.choice((ElementType.F32, ElementType.I16)), sizes) for _ in range(random.randint(0, 3))
    )


def is_legal(analysis: Analysis, graph: tuple[StageOfModel, ...], edit: GraphEdit) -> bool:
    """Returns whether the edit must not be refused, if the text has no aliases."""
    stages = {stage.name: stage for stage in graph}
    match edit:
        case AddStage():
            return all(port.stage in stages and _gives(analysis, stages, port) for port in edit.inputs)
        case RemoveStage():
            return edit.name in stages
        case RenameStage():
            return edit.name in stages and (edit.to == edit.name or (edit.to not in stages and edit.to != "1x"))
        case Connect():
            target = stages.get(edit.target)
            if target is None:
                return False
            index = 0 if edit.target_index is None else edit.target_index
            is_open = target.kind is not StageKind.CAPABILITY and index <= len(target.inputs)
            return (
                is_open
                and _gives(analysis, stages, edit.source)
                and edit.target not in _above(stages, edit.source.stage)
            )
        case Disconnect():
            return edit.target in stages and edit.target_index < len(stages[edit.target].inputs)
        case SetArgument():
            names = [resource.name.text for resource in analysis.checked_runefile.syntax.resources]
            return edit.stage in stages and (edit.value != "$WORDS" or "WORDS" in names)
        case SetOutputs():
            return edit.stage in stages and stages[edit.stage].kind is not StageKind.OUTPUT
        case SetTarget():
            return edit.stage in stages


def _gives(analysis: Analysis, stages: dict[str, StageOfModel], port: Port) -> bool:
    types = analysis.checked_runefile.types.get(port.stage)
    return stages[port.stage].kind is not StageKind.OUTPUT and (types is None or port.index < len(types))


def _above(stages: dict[str, StageOfModel], name: str) -> set[str]:
    names = {name}
    for source, _ in stages[name].inputs if name in stages else ():
        if source not in names:
            names |= _above(stages, source)
    return names


def check_edit(text: str, edit: GraphEdit) -> bool:
    """Makes the edit, and holds what is always true; whether it was made."""
    before = analysed(text)
    graph = graph_of(before)
    edits, reason = _edited(before, edit)
    if edits is None:
        assert reason.endswith(".")
        assert "*" in text or "&" in text or not is_legal(before, graph, edit), reason
        return False
    new = apply_edits(text, [each for each in edits if each.file == before.runefile])
    after = analysed(new)
    _same_graph(graph_of(after), edited(graph, edit), edit)
    assert remarks(new) == remarks(text)
    assert [each.inline for each in after.checked_runefile.syntax.resources] == [
        each.inline for each in before.checked_runefile.syntax.resources
    ]
    if "\r\n" in text:
        assert new.count("\n") == new.count("\r\n")
    return True


def _edited(analysis: Analysis, edit: GraphEdit) -> tuple[tuple[Edit, ...] | None, str]:
    try:
        return edit_graph(analysis, edit), ""
    except GraphEditRefused as refusal:
        return None, refusal.reason


def _same_graph(actual: tuple[StageOfModel, ...], expected: tuple[StageOfModel, ...], edit: GraphEdit) -> None:
    match edit:
        case AddStage():
            *others, new = actual
            assert tuple(others) == expected[:-1]
            assert (new.name, new.kind, new.target, new.inputs) == (
                edit.name,
                edit.kind,
                edit.target,
                expected[-1].inputs,
            )
        case SetTarget():
            # A capability also gets the arguments of the new one.
            assert [(stage.name, stage.target, stage.inputs) for stage in actual] == [
                (stage.name, stage.target, stage.inputs) for stage in expected
            ]
        case RenameStage() | SetOutputs():
            assert actual == expected
        case _:
            assert without_types(actual) == without_types(expected)
