"""The picture of a pipeline on a page: what the front end draws it from, and the same in words. Pure.

Where the stages stand is decided in the browser, which knows how wide the page is (`frontend/src/pipeline`); a page
without scripts has the list of the stages and of what each reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KIND_WORDS = {"capability": "capability", "block": "proc-block", "model": "model", "output": "output"}


@dataclass(frozen=True)
class Mark:
    """What became of a stage since an earlier build: "added" or "changed", "" where it is the same, and its word."""

    mark: str = ""
    note: str = ""


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
        if not self.reads:
            return "nothing"
        return self.reads[0] if len(self.reads) == 1 else ", ".join(self.reads[:-1]) + " and " + self.reads[-1]


@dataclass(frozen=True)
class DrawnPipeline:
    """What a page draws: its stages in words, and for the front end the JSON of its nodes and wires."""

    stages: tuple[DrawnStage, ...]
    json: str


def drawn_pipeline(
    outline: Mapping[str, Any], mark: Callable[[Mapping[str, Any]], Mark] = lambda _: Mark()
) -> DrawnPipeline | None:
    """The picture of an outline as `rune.runefile.outline_to_json` gives it; None where there is nothing to draw."""
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    if not nodes:
        return None
    wires: Sequence[Mapping[str, Any]] = outline.get("wires", ())
    stages = []
    for node in nodes:
        reads = tuple(dict.fromkeys(wire["source"] for wire in wires if wire["target"] == node["name"]))
        kind = node["kind"]
        note = mark(node).note
        stages.append(DrawnStage(node["name"], kind, KIND_WORDS.get(kind, "stage"), node["detail"], note, reads))
    data = {"nodes": [_node(node, mark(node)) for node in nodes], "wires": [_wire(wire) for wire in wires]}
    return DrawnPipeline(tuple(stages), json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _node(node: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    return {
        "name": node["name"],
        "kind": node["kind"],
        "detail": node["detail"],
        "mark": mark.mark,
        "note": mark.note,
    }


def _wire(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {key: wire[key] for key in ("source", "source_index", "target", "target_index", "type")}
