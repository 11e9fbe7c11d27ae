"""The order in which stages run, and the cycles that prevent one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

from rune.source.runefile.codes import Code
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.wording import counted, quoted

_MOST_NOTES = 12

Sources = Mapping[str, Sequence[str]]
"""The stages that each stage reads from, in the text's order; all stages are keys."""


def sources_of(stages: Sequence[StageSyntax]) -> dict[str, list[str]]:
    """The readers of each stage; inputs that name no stage are left out."""
    names = {stage.name.text for stage in stages}
    return {
        stage.name.text: [name for name in dict.fromkeys(input_.stage for input_ in stage.inputs) if name in names]
        for stage in stages
    }


def run_order(sources: Sources) -> tuple[str, ...]:
    """Each stage after those that it reads from, otherwise as in the text; without stages of a cycle, or behind one."""
    place = {name: index for index, name in enumerate(sources)}
    waiting = {name: len(read_stages) for name, read_stages in sources.items()}
    readers: dict[str, list[str]] = {name: [] for name in sources}
    for name, read_stages in sources.items():
        for source in read_stages:
            readers[source].append(name)
    names = list(sources)
    ready = [place[name] for name, count in waiting.items() if count == 0]
    heapify(ready)
    order = []
    while ready:
        name = names[heappop(ready)]
        order.append(name)
        for reader in readers[name]:
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heappush(ready, place[reader])
    return tuple(order)


def report_cycles(stages: Sequence[StageSyntax], sources: Sources, report: DiagnosticReport) -> None:
    """One diagnostic for each cycle that is found by following first inputs; each breaks at least one of them."""
    spans = {stage.name.text: stage.name.span for stage in stages}
    for cycle in _cycles(sources):
        notes = [f"... which passes data to {quoted(name)}..." for name in cycle[1:]]
        notes.append(f"... which passes data to {quoted(cycle[0])}, completing the cycle.")
        if len(notes) > _MOST_NOTES:
            left_out = len(notes) - _MOST_NOTES + 1
            notes[_MOST_NOTES // 2 : _MOST_NOTES // 2 + left_out] = [f"... and {counted(left_out, 'more stage')}..."]
        report.error(Code.CYCLE, f"Cycle detected when checking {quoted(cycle[0])}", spans[cycle[0]], notes)


def _cycles(sources: Sources) -> list[list[str]]:
    """Each from the stage that the text has first, in the direction of the data."""
    place = {name: index for index, name in enumerate(sources)}
    visited_names = set(run_order(sources))
    # A stage that cannot run reads from another one that cannot, so walking back must come round.
    back = {
        name: next(source for source in read_stages if source not in visited_names)
        for name, read_stages in sources.items()
        if name not in visited_names
    }
    cycles = []
    for start in back:
        path: dict[str, None] = {}
        name = start
        while name not in visited_names:
            visited_names.add(name)
            path[name] = None
            name = back[name]
        if name in path:
            names = list(path)
            cycle = names[names.index(name) :][::-1]
            first = cycle.index(min(cycle, key=place.__getitem__))
            cycles.append(cycle[first:] + cycle[:first])
    return cycles
