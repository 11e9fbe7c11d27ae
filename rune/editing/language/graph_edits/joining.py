"""The neighbours of a stage, which are connected when the stage between them is removed."""

from __future__ import annotations

from dataclasses import dataclass

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.connection_check import fits
from rune.editing.language.graph_edits.kinds import Connect, GraphEditRefused
from rune.editing.language.graph_edits.stage_text import pipeline_text
from rune.port import Port
from rune.wording import quoted


@dataclass(frozen=True)
class NeighbourWires:
    """The wires that would lead past a stage: from an output that it reads to all inputs that read from it.

    `reason` says why they do not fit, None if they fit.
    """

    source: Port
    targets: tuple[Port, ...]
    reason: str | None


def join_past(analysis: Analysis, name: str) -> NeighbourWires | None:
    """Returns the wires that would lead past a stage: of several outputs that it reads, from the first that fits all
    its readers.

    None for a stage that is not between others: it reads nothing, or nothing reads from it. Raises `GraphEditRefused`
    for a stage that cannot be found.
    """
    pipeline = pipeline_text(analysis)
    sources = dict.fromkeys(Port(each.stage, each.index) for each in pipeline.find(name).inputs)
    targets = tuple(
        Port(reader.name.text, index)
        for reader in pipeline.syntax.stages
        for index, input_ in enumerate(reader.inputs)
        if input_.stage == name and reader.name.text != name
    )
    if not sources or not targets:
        return None
    joins = [_wires(analysis, source, targets) for source in sources]
    return next((join for join in joins if join.reason is None), joins[0])


def _wires(analysis: Analysis, source: Port, targets: tuple[Port, ...]) -> NeighbourWires:
    reasons = (fits(analysis, source, target.stage, target.index) for target in targets)
    return NeighbourWires(source, targets, next((reason for reason in reasons if reason is not None), None))


def joining_edits(analysis: Analysis, name: str) -> tuple[Connect, ...]:
    """Returns the edits that connect the neighbours of a stage. Raises `GraphEditRefused` with the reason."""
    join = join_past(analysis, name)
    if join is None:
        raise GraphEditRefused(
            f"{quoted(name)} has no neighbours to connect: it must read from an output, and other stages from it."
        )
    if join.reason is not None:
        raise GraphEditRefused(join.reason)
    return tuple(Connect(join.source, target.stage, target.index) for target in join.targets)
