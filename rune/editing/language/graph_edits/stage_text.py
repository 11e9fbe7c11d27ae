"""Finds the stages of a Runefile in its text, and how each is written. Changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.kinds import GraphEditRefused
from rune.editing.language.yaml.edits import Style, style_of
from rune.editing.language.yaml.layout import Branch, LayoutUnknown, Leaf, Node, YamlEntry, line_start, read_layout
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.syntax import RunefileForm, RunefileSyntax, StageSyntax
from rune.source.runefile.yaml.values import Map, Value, YamlScalar, core_value
from rune.wording import quoted


@dataclass(frozen=True)
class StageText:
    """A stage as it is written: its entry in the pipeline, whose value is `body`."""

    syntax: StageSyntax
    entry: YamlEntry
    body: Branch

    @property
    def name(self) -> str:
        return self.syntax.name.text

    def pair(self, key: str) -> YamlEntry | None:
        """One of its keys with the value, as it is written."""
        return self.body.find(key)


@dataclass(frozen=True)
class PipelineText:
    """The text of a Runefile, for edits of its graph."""

    analysis: Analysis
    style: Style
    key: Value | None
    value: Value | None

    @property
    def text(self) -> str:
        return self.style.text

    @property
    def syntax(self) -> RunefileSyntax:
        return self.analysis.checked_runefile.syntax

    @cached_property
    def _stages(self) -> dict[str, StageSyntax]:
        return {stage.name.text: stage for stage in self.syntax.stages}

    @cached_property
    def _entries(self) -> dict[int, tuple[YamlScalar, Value]]:
        """The stages by where their names stand."""
        entries = self.value.entries if isinstance(self.value, Map) else ()
        return {key.span.start.offset: (key, value) for key, value in entries if isinstance(key, YamlScalar)}

    def find(self, name: str) -> StageSyntax:
        """A stage by its name. Raises `GraphEditRefused` when there is none that could be read."""
        if name in self._stages:
            return self._stages[name]
        if name in self.syntax.broken_stages:
            raise GraphEditRefused(f"The stage {quoted(name)} cannot be read; fix its text first.")
        raise GraphEditRefused(f"There is no stage {quoted(name)}.")

    def stage(self, name: str) -> StageText:
        """Returns how a stage is written. Raises `GraphEditRefused` when it is written in a way that cannot be
        edited."""
        return self._stage(self.find(name))

    def stage_at(self, key: Span) -> StageText:
        """The stage whose name stands there."""
        for stage in self.syntax.stages:
            if stage.name.span == key:
                return self._stage(stage)
        raise GraphEditRefused("A stage beside it cannot be read; fix its text first.")

    def _stage(self, syntax: StageSyntax) -> StageText:
        name = syntax.name.text
        key, value = self._entry(syntax)
        start, end = key.span.start.offset, value.span.end.offset
        if value.span.start.offset < key.span.end.offset:
            raise GraphEditRefused(f"{_the(name)} is the copy of another one (an alias); write it out first.")
        begin = line_start(self.text, start)
        if self.text[begin:start].strip(" "):
            begin = start
        entry = _only_entry(self.text, begin, end)
        if entry is None or not isinstance(entry.value, Branch) or not entry.value.is_map:
            raise GraphEditRefused(f"{_the(name)} can only be edited in its text.")
        return StageText(syntax, entry, entry.value)

    def is_flow(self) -> bool:
        """Returns whether the pipeline stands in brackets."""
        if not isinstance(self.value, Map):
            return False
        start = self.value.span.start.offset
        match = re.compile(r"(?:[&!]\S*\s+)*").match(self.text, start)
        return self.text[match.end() if match else start] == "{"

    def _entry(self, syntax: StageSyntax) -> tuple[YamlScalar, Value]:
        entry = self._entries.get(syntax.name.span.start.offset)
        if entry is not None:
            return entry
        raise GraphEditRefused(f"{_the(syntax.name.text)} can only be edited in its text.")

    def is_used_elsewhere(self, node: Node) -> bool:
        """Returns whether an alias repeats it, or something in it, outside of it."""
        return any(self._is_repeated(node, anchor) for anchor in anchors(node))

    def require_sole_use(self, node: Branch, what: str) -> None:
        """Raises `GraphEditRefused` when a change among the node's entries would change something else as well."""
        if node.anchor is not None and self._is_repeated(node, node.anchor):
            raise GraphEditRefused(f"{what} is repeated elsewhere by *{node.anchor}; write it out there first.")

    def _is_repeated(self, node: Node, anchor: str) -> bool:
        alias = re.compile(rf"\*{re.escape(anchor)}(?![\w-])")
        positions = (match.start() for match in alias.finditer(self.text))
        return any(not node.start <= offset < node.end for offset in positions)


def _the(name: str) -> str:
    return f"The stage {quoted(name)}"


def anchors(node: Node) -> list[str]:
    """The names of all anchors in it."""
    names = [node.anchor] if node.anchor is not None else []
    if isinstance(node, Branch):
        for entry in node.entries:
            names += anchors(entry.key) if entry.key is not None else []
            names += anchors(entry.value)
    return names


def _only_entry(text: str, start: int, end: int) -> YamlEntry | None:
    try:
        layout = read_layout(text, start, end)
    except LayoutUnknown:
        return None
    return layout.entries[0] if isinstance(layout, Branch) and layout.is_map and len(layout.entries) == 1 else None


def pipeline_text(analysis: Analysis) -> PipelineText:
    """The text of the project's Runefile. Raises `GraphEditRefused` when it is not one that can be edited."""
    checked_runefile = analysis.checked_runefile
    if checked_runefile.syntax.form is RunefileForm.TEXT:
        raise GraphEditRefused("This Runefile is in the old text format; convert it to YAML with `rune fmt` first.")
    text, root = checked_runefile.source.text, checked_runefile.root
    if isinstance(root, Map):
        for key, value in root.entries:
            if isinstance(key, YamlScalar) and key.text == "pipeline":
                if value.span.start.offset < key.span.end.offset:
                    raise GraphEditRefused("The pipeline is an alias of something else; write it out first.")
                return PipelineText(analysis, style_of(text, _indent(key, value)), key, value)
    elif root is not None and not (isinstance(root, YamlScalar) and root.value is None):
        raise GraphEditRefused("The Runefile is not a map of keys and values; fix its text first.")
    return PipelineText(analysis, style_of(text, 2), None, None)


def _indent(key: YamlScalar, value: Value) -> int:
    """Returns the columns by which the text's blocks are indented."""
    if isinstance(value, Map) and value.entries:
        first, body = value.entries[0]
        for outer, inner in ((first, body), (key, value)):
            if isinstance(inner, Map) and inner.entries and inner.span.start.offset > outer.span.end.offset:
                start = inner.entries[0][0].span.start
                if start.line > outer.span.start.line and start.column > outer.span.start.column:
                    return start.column - outer.span.start.column
    return 2


def stage_column(pipeline: PipelineText) -> int:
    """The column in which the stages stand."""
    if isinstance(pipeline.value, Map) and pipeline.value.entries:
        return pipeline.value.entries[0][0].span.start.column - 1
    return pipeline.style.indent


def names_in_use(pipeline: PipelineText) -> set[str]:
    """The names of stages and resources, which share one namespace."""
    syntax = pipeline.syntax
    stages = (stage.name.text for stage in syntax.stages)
    keys: set[str] = set()
    if isinstance(pipeline.value, Map):
        keys = {key.text for key, _ in pipeline.value.entries if isinstance(key, YamlScalar)}
    return {*stages, *(resource.name.text for resource in syntax.resources), *syntax.broken_stages, *keys}


def input_items(pipeline: PipelineText, stage: StageText) -> YamlEntry | None:
    """The key `inputs` of a stage, whose value is nothing or a list that can be edited; None when it has none.

    Raises `GraphEditRefused` when what stands there is not a list of inputs.
    """
    pair = stage.pair("inputs")
    if pair is None or is_null(pair.value):
        return pair
    value = pair.value
    if not isinstance(value, Branch) or value.is_map or len(places(value)) != len(stage.syntax.inputs):
        raise GraphEditRefused(f"The inputs of {quoted(stage.name)} cannot be read as a list; fix its text first.")
    pipeline.require_sole_use(value, f"The list of inputs of {quoted(stage.name)}")
    return pair


def places(inputs: Branch) -> list[int]:
    """Returns which items of a list are its inputs: an empty one counts for nothing."""
    return [index for index, entry in enumerate(inputs.entries) if not is_null(entry.value)]


def is_null(node: Node) -> bool:
    """Returns whether nothing stands there, or `null`."""
    return isinstance(node, Leaf) and node.style == "" and core_value(node.text) is None
