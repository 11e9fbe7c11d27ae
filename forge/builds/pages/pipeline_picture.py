"""The picture of a pipeline on a page: what the front end draws it from, and the same in words. Pure.

Where the stages stand is decided in the browser, which knows how wide the page is (`frontend/src/pipeline`); a page
without scripts has the list of the stages and of what each reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.comparison.changes import PipelineChange, StageChange
from forge.comparison.sentences import KIND_NAMES
from rune.wording import listed


@dataclass(frozen=True)
class PictureMark:
    """The change of a stage since an earlier build: "added", "changed" or "removed", "" where it is the same, "both"
    where both sides of a merge changed it; and its word."""

    mark: str = ""
    note: str = ""


@dataclass(frozen=True)
class PictureLegend:
    """The number of stages that have a mark."""

    mark: str
    word: str
    count: int


@dataclass(frozen=True)
class DrawnStage:
    """A stage in words; `reads` are the names of the stages that it reads, each once."""

    name: str
    kind: str
    kind_word: str
    detail: str
    note: str
    reads: tuple[str, ...]

    @property
    def reads_words(self) -> str:
        """The stages that it reads as people list them; "nothing" for one that reads none."""
        return listed(self.reads) or "nothing"


@dataclass(frozen=True)
class DrawnPipeline:
    """A drawn pipeline: its stages in words, and for the front end the JSON of its nodes and wires."""

    stages: tuple[DrawnStage, ...]
    json: str

    @property
    def takes_images(self) -> bool:
        """Whether trying it needs the room of something to draw on."""
        return any(stage.kind == "capability" and stage.detail == "IMAGE" for stage in self.stages)

    @property
    def takes_one_number(self) -> bool:
        """Whether trying it needs the room of a slider and one answer alone."""
        details = [stage.detail for stage in self.stages if stage.kind == "capability"]
        return details == ["RAW"] and sum(stage.kind == "output" for stage in self.stages) == 1


def marks_of(change: PipelineChange | None, disputed_stages: Sequence[str] = ()) -> dict[str, PictureMark]:
    """The change of each stage, by name; empty where no pipelines were compared. Both sides of a merge changed
    `disputed_stages`."""
    stages = change.stages if change is not None else ()
    marks = {stage.node.name: _mark(stage) for stage in stages}
    return marks | {name: PictureMark("both", "changed on both sides") for name in disputed_stages}


def legend_of(change: PipelineChange | None, disputed_stages: Sequence[str] = ()) -> tuple[PictureLegend, ...]:
    """The marks that a picture has. `disputed_stages` are those that both sides of a merge changed."""
    stages = change.stages if change is not None else ()
    kinds = [each.change for each in stages if each.node.name not in disputed_stages]
    rows = [PictureLegend(mark, mark.capitalize(), kinds.count(mark)) for mark in ("added", "changed", "removed")]
    rows.append(PictureLegend("both", "Changed on both sides", len(disputed_stages)))
    return tuple(row for row in rows if row.count)


def with_removed(outline: Mapping[str, Any], change: PipelineChange | None) -> Mapping[str, Any]:
    """The outline with the stages and wires that are gone as well."""
    if change is None:
        return outline
    removed_nodes = [stage.node for stage in change.stages if stage.change == "removed"]
    nodes = [{"name": node.name, "kind": node.kind, "detail": node.detail} for node in removed_nodes]
    wires = [
        {
            "source": each.wire.source,
            "source_index": each.wire.source_index,
            "target": each.wire.target,
            "target_index": each.wire.target_index,
            "type": each.wire.type,
            "mark": "removed",
        }
        for each in change.wires
        if each.change == "removed"
    ]
    return {"nodes": [*outline.get("nodes", ()), *nodes], "wires": [*outline.get("wires", ()), *wires]}


def _mark(stage: StageChange) -> PictureMark:
    if stage.change == "same":
        return PictureMark()
    return PictureMark(stage.change, "replaced" if stage.is_replaced else stage.change)


def drawn_pipeline(outline: Mapping[str, Any], marks: Mapping[str, PictureMark] | None = None) -> DrawnPipeline | None:
    """The picture of an outline as `rune.source.runefile.outline_to_json` gives it, with marks by stage.

    None where there is nothing to draw.
    """
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    if not nodes:
        return None
    wires: Sequence[Mapping[str, Any]] = outline.get("wires", ())
    marks = marks or {}
    marked_nodes = [(node, marks.get(node["name"], PictureMark())) for node in nodes]
    stages = tuple(_stage(node, mark, wires) for node, mark in marked_nodes)
    data = {"nodes": [_node(node, mark) for node, mark in marked_nodes], "wires": [_wire(wire) for wire in wires]}
    return DrawnPipeline(stages, json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _stage(node: Mapping[str, Any], mark: PictureMark, wires: Sequence[Mapping[str, Any]]) -> DrawnStage:
    reads = tuple(dict.fromkeys(wire["source"] for wire in wires if wire["target"] == node["name"]))
    kind = node["kind"]
    return DrawnStage(node["name"], kind, KIND_NAMES.get(kind, "stage"), node["detail"], mark.note, reads)


def _node(node: Mapping[str, Any], mark: PictureMark) -> dict[str, Any]:
    return {
        "name": node["name"],
        "kind": node["kind"],
        "detail": node["detail"],
        "mark": mark.mark,
        "note": mark.note,
    }


def _wire(wire: Mapping[str, Any]) -> dict[str, Any]:
    fields = {key: wire[key] for key in ("source", "source_index", "target", "target_index", "type")}
    return fields | ({"mark": wire["mark"]} if "mark" in wire else {})
