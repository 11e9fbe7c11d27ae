"""The answer of the tool that runs a build."""

from __future__ import annotations

from rune.running.runs.file_run import FileRunJson
from rune.tools.mcp.declarations import ToolAnswer


class RunOutput(ToolAnswer):
    """A tensor that a run sends: its stage, type and first elements; null is a number that is not finite. `seconds` is
    where its input ends in a stream."""

    stage: str
    type: str
    dimensions: list[int]
    elements: list[int | float | str | None]
    seconds: float | None


class RunResults(ToolAnswer):
    """The last outputs of all runs, the number of runs, their median time on the machine that ran them, and the bytes
    of memory that the rune plans. A first run takes longer than the others: a build has the median of many."""

    outputs: list[RunOutput]
    runs: int
    milliseconds: float
    memory_bytes: int | None
    notices: list[str]


def results_of(run: FileRunJson, memory: int | None) -> RunResults:
    """Returns the answer about a run."""
    return RunResults(
        outputs=[RunOutput(**each) for each in run["outputs"]],
        runs=run["runs"],
        milliseconds=run["milliseconds"],
        memory_bytes=memory,
        notices=run["notices"],
    )
