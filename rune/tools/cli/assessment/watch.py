"""`rune watch`: takes the edges between the bins of a rune's counts from samples, and writes them to `rune.watch`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.watching.watching import WatchResult, watch_project
from rune.assessment.watching.wording import result_lines
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.lookup import find_target
from rune.running.runtime import Limits
from rune.running.runtime.errors import RuneError
from rune.source.runefile import Severity
from rune.source.runefile.watch.file import WATCH_FILE
from rune.tools.cli.assessment.labelled_samples import divided, open_samples
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.policy import preferred_profile, preferred_variant, require_policy
from rune.tools.cli.files.project import ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.running.input_options import limit_options
from rune.tools.cli.running.interruptible import interruptible
from rune.tools.cli.running.resource_options import resources_from_options
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, plain

_MOST_FAILURES = 3
"""The greatest number of samples that are named."""


@click.command()
@click.argument("samples", type=click.Path(exists=True, path_type=Path))
@click.argument("project", default=Path(), type=click.Path(exists=True, path_type=Path))
@click.option("--file-resource", "file_resources", multiple=True, metavar="NAME=PATH", help="A resource from a file.")
@click.option("--string-resource", "string_resources", multiple=True, metavar="NAME=VALUE", help="A resource as text.")
@limit_options
@allow_outside_option
def command(
    samples: Path, project: Path, file_resources: Sequence[str], string_resources: Sequence[str], limits: Limits
) -> None:
    """Run the PROJECT, by default this folder, on SAMPLES, and write rune.watch: what its rune counts in.

    SAMPLES are those of rune evaluate: a folder or zip with a folder for each label, or a CSV with the columns file and
    label. The edges between the bins are quantiles of the training samples; of all samples where none is for training.
    The file also gets the counts of the test samples, with which those of devices are compared. Build again to use it.
    """
    resources = resources_from_options(file_resources, string_resources)
    place = project_of(project)
    if place.folder is None:
        raise CommandFailed(f'"{project}" is not a folder', (f"{WATCH_FILE} is written beside the Runefile",))
    policy = require_policy(place.files)
    options = BuildOptions(
        place.name,
        runefile=place.runefile,
        target=preferred_variant(find_target(RUNE_TARGET), policy),
        profile=preferred_profile(None, policy),
    )
    with open_samples(samples) as read_samples, progress(f"Counting {place.name}") as line:
        all_samples = divided(place, samples, read_samples)

        def news(count: int) -> None:
            if line is not None:
                line.text = f"Counting {place.name}, {counted(count, 'sample')}"

        try:
            result = interruptible(
                lambda: watch_project(
                    place.files, options, all_samples, limits=limits, resources=resources, progress=news
                )
            )
        except BuildFailed as failure:
            raise _failed(place, failure) from failure
        except (EvaluationImpossible, RuneError, CompileError) as error:
            raise command_failure(f"Unable to count what {place.name} answers", error) from error
    write_file(place.folder / WATCH_FILE, result.text.encode())
    click.echo("\n".join(_lines(result)))


def _failed(project: ProjectOnDisk, failure: BuildFailed) -> CommandFailed:
    show_diagnostics(failure.diagnostics, project.files)
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
    return CommandFailed(f"{project.name} has {counted(count, 'error')}")


def _lines(result: WatchResult) -> Iterator[str]:
    """Describes in words what was written."""
    yield from result_lines(result.samples, result.edge_samples, of_training=result.has_training_samples)
    for name, reason in list(result.failures.items())[:_MOST_FAILURES]:
        yield f"Left out {plain(name)}: {reason}"
    if len(result.failures) > _MOST_FAILURES:
        yield f"Left out {counted(len(result.failures) - _MOST_FAILURES, 'further sample')}"
