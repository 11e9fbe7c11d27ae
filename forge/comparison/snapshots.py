"""A side of a comparison: what is known of a project's files, its pipeline and its models at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rune.source.runefile import Outline
from rune.source.runefile.outline import NodeArgument, OutlineNode, Wire

Manifest = Mapping[str, Mapping[str, Any]]
"""`{path: {"digest": "sha256:..", "size": bytes}}`."""


@dataclass(frozen=True)
class ModelFacts:
    """A typed view of a model's facts as JSON, in which whatever the side does not know is None.

    A summary of files (`forge.compute.child.summary`) describes a model whole; a build knows its size and who runs it.
    Of a model that cannot be read, nothing is known but its refusal.
    """

    json: Mapping[str, Any]

    @property
    def size(self) -> int | None:
        """Bytes of the file."""
        return self.json.get("size")

    @property
    def runs(self) -> str | None:
        """ "compiled", or "host" where the rune's host runs it."""
        return self._memory.get("runs")

    @property
    def arena(self) -> int | None:
        """Bytes that its tensors need, where it is compiled."""
        return self._memory.get("arena")

    @property
    def _memory(self) -> Mapping[str, Any]:
        memory: Mapping[str, Any] = self.json.get("memory", {})
        return memory

    @property
    def inputs(self) -> tuple[str, ...] | None:
        """The types of its inputs."""
        return _types(self.json.get("inputs"))

    @property
    def outputs(self) -> tuple[str, ...] | None:
        """The types of its outputs."""
        return _types(self.json.get("outputs"))

    @property
    def operators(self) -> Mapping[str, int] | None:
        """How many of each operator it has, by `CONV_2D (i8)`."""
        operators = self.json.get("operators")
        return None if operators is None else {_operator(each): each["count"] for each in operators}

    @property
    def quantisation(self) -> Mapping[str, int] | None:
        """How many tensors are quantised in which way."""
        return self.json.get("quantisation")


def _operator(operator: Mapping[str, Any]) -> str:
    return f"{operator['op']} ({operator['types']})" if operator["types"] else str(operator["op"])


def _types(tensors: Sequence[Mapping[str, Any]] | None) -> tuple[str, ...] | None:
    if tensors is None:
        return None
    return tuple(str(tensor["type"] or f"{tensor['element_kind']}{list(tensor['dimensions'])}") for tensor in tensors)


@dataclass(frozen=True)
class Snapshot:
    """A project at one moment. `file_ids` are the files' ids in the live document by path.

    `outline` is None where the pipeline cannot be told, and only part of the pipeline where `is_broken`. `texts` are
    what the files say that its arguments name, by path, as far as they are known.
    """

    manifest: Manifest
    file_ids: Mapping[str, str] = field(default_factory=dict)
    outline: Outline | None = None
    is_broken: bool = False
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def digest(self, path: str | None) -> str | None:
        """Returns the digest of a file's contents; None without such a file."""
        state = self.manifest.get(path) if path is not None else None
        return None if state is None else str(state["digest"])


def read_outline(outline: Mapping[str, Any]) -> Outline:
    """The outline that `rune.source.runefile.outline_to_json` wrote."""
    nodes = (
        OutlineNode(node["name"], node["kind"], node["detail"], node["line"], node.get("file"), _arguments(node))
        for node in outline["nodes"]
    )
    wires = (
        Wire(wire["source"], wire["source_index"], wire["target"], wire["target_index"], wire.get("type"))
        for wire in outline["wires"]
    )
    return Outline(tuple(nodes), tuple(wires))


def _arguments(node: Mapping[str, Any]) -> tuple[NodeArgument, ...] | None:
    arguments = node.get("arguments")
    return (
        None
        if arguments is None
        else tuple(NodeArgument(each["name"], each["value"], each["file"]) for each in arguments)
    )
