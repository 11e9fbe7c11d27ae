"""The declared types of a stage's outputs, as they are written and rewritten."""

from __future__ import annotations

from collections.abc import Sequence

from rune.editing.language.graph_edits.kinds import GraphEditRefused, SetOutputs
from rune.editing.language.graph_edits.stage_text import PipelineText, StageText, is_null
from rune.editing.language.graph_edits.wires import after_colon
from rune.editing.language.yaml.edits import (
    YamlData,
    empty,
    flow,
    item_lines,
    put_item,
    put_pair,
    remove_entries,
)
from rune.editing.language.yaml.layout import Branch, Leaf, YamlEntry, column, comments, line_end
from rune.editing.language.yaml.scalars import rewritten
from rune.editing.language.yaml.splice import Splice
from rune.source.runefile.syntax import StageKind
from rune.tensor import TensorType
from rune.wording import quoted


def written_types(types: Sequence[TensorType]) -> tuple[YamlData, ...]:
    return tuple(_type_data(type_) for type_ in types)


def _type_data(type_: TensorType) -> dict[str, YamlData]:
    return {"type": type_.element.value, "dimensions": type_.dimensions}


def set_outputs(pipeline: PipelineText, edit: SetOutputs) -> list[Splice]:
    stage = pipeline.stage(edit.stage)
    if stage.syntax.kind is StageKind.OUTPUT:
        raise GraphEditRefused(f"{quoted(edit.stage)} is an output: other stages cannot read from it.")
    return types_spliced(pipeline, stage, edit.types)


def types_spliced(pipeline: PipelineText, stage: StageText, types: tuple[TensorType, ...] | None) -> list[Splice]:
    """The changes that make `outputs` say these types; None takes the key away."""
    pair = stage.pair("outputs")
    if types is None:
        return [] if pair is None else take_pair(pipeline, stage, pair)
    if pair is None:
        return [put_pair(pipeline.style, stage.body, _after(stage), "outputs", written_types(types))]
    value = pair.value
    if isinstance(value, Leaf) and (is_null(value) or value.style == "*"):
        return _in_place_of_nothing(pipeline, stage, pair, types)
    if not isinstance(value, Branch) or value.is_map:
        raise GraphEditRefused(f"The outputs of {quoted(stage.name)} are not a list; fix its text first.")
    pipeline.require_sole_use(value, f"The list of outputs of {quoted(stage.name)}")
    if not value.entries:
        return _in_place_of_nothing(pipeline, stage, pair, types)
    if any(pipeline.is_used_elsewhere(entry.value) for entry in value.entries[len(types) :]):
        raise GraphEditRefused(f"An output of {quoted(stage.name)} is repeated elsewhere by an alias.")
    if not types:
        return empty(pipeline.style, pair, "[]")
    splices: list[Splice] = []
    for entry, type_ in zip(value.entries, types, strict=False):
        splices += _type_spliced(pipeline, entry, type_)
    count = len(value.entries)
    if count > len(types):
        splices += remove_entries(pipeline.style, value, set(range(len(types), count)))
    elif value.is_flow:
        end = value.entries[-1].end
        literals = "".join(f", {flow(item, pipeline.style)}" for item in written_types(types[count:]))
        splices.append(Splice(end, end, literals)) if literals else None
    elif count < len(types):
        item_splices = [put_item(pipeline.style, value, count, item) for item in written_types(types[count:])]
        splices = _with_lines_below(
            splices,
            Splice(item_splices[0].start, item_splices[0].end, "".join(each.text for each in item_splices)),
            pipeline,
        )
    return splices


def _with_lines_below(splices: list[Splice], addition: Splice, pipeline: PipelineText) -> list[Splice]:
    """Adds lines below; lines that are removed there may reach into the place where they begin."""
    last = max(splices, key=lambda splice: splice.end, default=None)
    if last is None or last.end <= addition.start:
        return [*splices, addition]
    newline = pipeline.style.line_break
    combined_splice = Splice(last.start, last.end, last.text + addition.text.removeprefix(newline) + newline)
    return [combined_splice if splice is last else splice for splice in splices]


def _after(stage: StageText) -> int:
    """Returns the place of the key behind which `outputs` are written."""
    keys = [entry.key.text if isinstance(entry.key, Leaf) else "" for entry in stage.body.entries]
    return keys.index("inputs") if "inputs" in keys else keys.index(stage.syntax.kind.value)


def _in_place_of_nothing(
    pipeline: PipelineText, stage: StageText, pair: YamlEntry, types: tuple[TensorType, ...]
) -> list[Splice]:
    """In lines where that is possible, else in brackets behind the key."""
    style, value = pipeline.style, pair.value
    start, end = value.start, value.end
    if end == start:
        start = end = after_colon(pipeline.text, pair)
    if stage.body.is_flow or not types or comments(pipeline.text, None, start, end):
        return [Splice(start, end, (" " if start == end else "") + flow(written_types(types), style))]
    at = column(pipeline.text, pair.start) + style.dash_indent
    lines = [line for item in written_types(types) for line in item_lines(item, at, style)]
    behind = line_end(pipeline.text, end)
    insertion = Splice(behind, behind, style.line_break + style.line_break.join(lines))
    lead = len(pipeline.text[:start].rstrip(" "))
    return [Splice(lead, end, ""), insertion] if end > start else [insertion]


def _type_spliced(pipeline: PipelineText, entry: YamlEntry, type_: TensorType) -> list[Splice]:
    value = entry.value
    if pipeline.is_used_elsewhere(value):
        raise GraphEditRefused("This type is repeated elsewhere by an alias; write it out there first.")
    element = value.find("type") if isinstance(value, Branch) and value.is_map else None
    dimensions = value.find("dimensions") if isinstance(value, Branch) and value.is_map else None
    leaf = element.value if element is not None else None
    if not isinstance(value, Branch) or element is None or not isinstance(leaf, Leaf) or not _is_simple(leaf):
        return [Splice(value.start, value.end, flow(_type_data(type_), pipeline.style))]
    splices = []
    if leaf.text.strip().lower() != type_.element.value:
        splices.append(Splice(leaf.content, leaf.end, rewritten(type_.element.value, leaf.style, in_flow=True)))
    literal = flow(type_.dimensions, pipeline.style)
    if dimensions is None:
        if type_.dimensions:
            splices.append(
                put_pair(pipeline.style, value, value.entries.index(element), "dimensions", type_.dimensions)
            )
    elif _numbers(dimensions) != [str(size) for size in type_.dimensions]:
        splices += _dimensions_spliced(pipeline, dimensions, type_, literal)
    return splices


def _is_simple(leaf: Leaf) -> bool:
    """Returns whether something stands there, on one line and as itself."""
    return leaf.start < leaf.end and leaf.style in ("", '"', "'")


def _numbers(dimensions: YamlEntry) -> list[str] | None:
    """The dimensions as they are written; None when they are something else."""
    value = dimensions.value
    if not isinstance(value, Branch) or value.is_map:
        return None
    return [
        entry.value.text if isinstance(entry.value, Leaf) and not entry.value.style else "" for entry in value.entries
    ]


def _dimensions_spliced(pipeline: PipelineText, pair: YamlEntry, type_: TensorType, literal: str) -> list[Splice]:
    value = pair.value
    if value.start == value.end:
        at = after_colon(pipeline.text, pair)
        return [Splice(at, at, f" {literal}")]
    if not isinstance(value, Branch) or value.is_map:
        return [Splice(value.start, value.end, literal)]
    if not value.entries or (value.is_flow and not comments(pipeline.text, value, value.start, value.end)):
        return [Splice(value.content, value.end, literal)]
    if not type_.dimensions:
        return empty(pipeline.style, pair, "[]")
    sizes, entries = [str(size) for size in type_.dimensions], value.entries
    splices = [Splice(entry.start, entry.end, size) for entry, size in zip(entries, sizes, strict=False)]
    if len(entries) > len(sizes):
        splices += remove_entries(pipeline.style, value, set(range(len(sizes), len(entries))))
    elif len(entries) < len(sizes):
        item_splices = [put_item(pipeline.style, value, len(entries), int(size)) for size in sizes[len(entries) :]]
        splices.append(
            Splice(item_splices[0].start, item_splices[0].end, "".join(splice.text for splice in item_splices))
        )
    return splices


def take_pair(pipeline: PipelineText, stage: StageText, pair: YamlEntry) -> list[Splice]:
    """Takes a key with its value out of a stage."""
    if pipeline.is_used_elsewhere(pair.value):
        raise GraphEditRefused(f"Something in {quoted(stage.name)} is repeated elsewhere by an alias.")
    return remove_entries(pipeline.style, stage.body, {stage.body.entries.index(pair)})
