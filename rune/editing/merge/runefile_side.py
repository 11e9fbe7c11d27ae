"""The Runefile of a side in pieces, with what its stages use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rune.editing.merge.lines import lines_of
from rune.editing.merge.pieces import Key, pieces_of, undivided
from rune.source.runefile.parsing.parse import parse
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import ResourceSyntax, StageKind, StageSyntax
from rune.source.runefile.yaml.compose import compose


@dataclass(frozen=True)
class StageUse:
    """The stages, files and resources that a stage uses, by their names."""

    inputs: tuple[str, ...]
    files: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class RunefileSide:
    """A Runefile: the text of its pieces by key, each of which ends its last line, and the stages by name."""

    text: str
    pieces: Mapping[Key, str]
    stages: Mapping[str, StageUse]

    @property
    def line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def plain(self, key: Key) -> str | None:
        """Returns the text of a piece with plain ends of lines; None where there is none."""
        text = self.pieces.get(key)
        return None if text is None else text.replace("\r\n", "\n")

    def text_of(self, keys: Iterable[Key]) -> str:
        """Returns the text of some pieces, in the order of the file."""
        own_keys = set(keys)
        return "".join(text for key, text in self.pieces.items() if key in own_keys).replace("\r\n", "\n")

    @cached_property
    def lines(self) -> Mapping[Key, int]:
        """The line at which each piece begins, from 1."""
        lines, at = {}, 1
        for key, text in self.pieces.items():
            lines[key] = at
            at += len(lines_of(text))
        return lines

    def stages_with_file(self, path: str) -> tuple[str, ...]:
        """Returns the names of the stages that use a file."""
        return tuple(name for name, stage in self.stages.items() if path in stage.files)

    def stages_with_resource(self, name: str) -> tuple[str, ...]:
        """Returns the names of the stages that use a resource."""
        return tuple(stage for stage, use in self.stages.items() if name in use.resources)


def runefile_side(text: str, other: str) -> RunefileSide | None:
    """Returns a Runefile in the pieces in which the other one can be divided too; None where it cannot be divided."""
    pieces = pieces_of(_ended(text), undivided(text) | undivided(other))
    if pieces is None:
        return None
    return RunefileSide(text, {piece.key: piece.text for piece in pieces}, _stages(text))


def _stages(text: str) -> dict[str, StageUse]:
    report = DiagnosticReport("")
    source = SourceText("", text)
    report.source = source
    document = compose(source, report)
    if document.root is None:
        return {}
    syntax = parse(document, source.span(0, 0), report)
    resources = {each.name.text: each for each in syntax.resources}
    return {stage.name.text: _use(stage, resources) for stage in syntax.stages}


def _use(stage: StageSyntax, resources: Mapping[str, ResourceSyntax]) -> StageUse:
    target = stage.target.text.strip()
    names = [each.resource for each in stage.arguments if each.resource is not None]
    files = []
    if stage.kind in (StageKind.MODEL, StageKind.BLOCK):
        names += [target.removeprefix("$")] if target.startswith("$") else []
        files += [] if target.startswith("$") else [_path(target)]
    rows = (resources[name] for name in names if name in resources)
    files += [_path(each.path.text) for each in rows if each.path is not None]
    return StageUse(tuple(each.stage for each in stage.inputs), tuple(files), tuple(names))


def _path(text: str) -> str:
    return text.strip().removeprefix("./")


def _ended(text: str) -> str:
    if not text or text.endswith("\n"):
        return text
    return text + ("\r\n" if "\r\n" in text else "\n")
