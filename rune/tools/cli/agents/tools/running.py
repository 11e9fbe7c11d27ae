"""Running a build on an input file, a labelled sample or generated input."""

from __future__ import annotations

from pydantic import Field

from rune.running.runs.file_run import InputBytes, run_on_file
from rune.tools.cli.agents.tools.building import BuildNumber
from rune.tools.cli.agents.tools.evaluating import open_samples, sample_numbers
from rune.tools.cli.agents.tools.reading import ProjectPlace
from rune.tools.cli.agents.workspace import FolderCall
from rune.tools.mcp.declarations import ToolArguments, ToolRefused, tool
from rune.tools.mcp.runs import RunResults, results_of
from rune.wording import counted


class RunBuild(ToolArguments):
    """A build of this session, and its input: a file, a sample by its number, or neither for generated input."""

    project: str = ProjectPlace
    build: int = BuildNumber
    file: str = Field(description="a recording or picture below the folder that you work in", default="")
    samples: str = Field(description="labelled samples, of which `sample` names one", default="")
    sample: int = Field(description="the number of a sample, as an evaluation names it", ge=0, default=0)


@tool("run_build", "Run a build")
def run_build(call: FolderCall, arguments: RunBuild) -> RunResults:
    """Runs a build on a file of the folder, on a labelled sample by its number, or on generated input. A rune that
    takes a stream reads the file to its end; any other reads its beginning. Input without a file is generated."""
    build, data = call.workspace.rune_of(arguments.build)

    def report(runs: int) -> None:
        call.report(0.5, counted(runs, "run"))

    return results_of(run_on_file(data, _input_file(call, arguments), report), build.memory)


def _input_file(call: FolderCall, arguments: RunBuild) -> InputBytes | None:
    workspace = call.workspace
    if arguments.file:
        place = workspace.folder(arguments.file)
        parent = place.parent.relative_to(workspace.root).as_posix()
        return InputBytes(place.name, workspace.project(parent).own_files.read(place.name))
    if not arguments.sample:
        return None
    with open_samples(workspace, arguments.samples) as samples:
        numbers = sample_numbers(samples)
        sample = next((each for each in samples if numbers[each.name] == arguments.sample), None)
        if sample is None:
            raise ToolRefused("not-found", f"There is no sample {arguments.sample}; there are {len(samples)}.")
        return InputBytes(sample.name, sample.read())
