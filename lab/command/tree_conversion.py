"""`rune convert` of decision trees: an ONNX file becomes the file of the block `decision_trees`, with its stages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from lab.child.start import Outcome, Step, run
from lab.command.conversion import ENVIRONMENT_OF
from lab.command.preparing import require_tools
from lab.command.tree_results import FEATURES, tree_record, tree_stages
from lab.environments.making import EnvironmentProblem
from lab.formats.identify import SourceFormat, identify
from lab.full_disk import full_disk, is_full_disk
from lab.recipes.trees import TREES_RESOURCE
from lab.refusal import Reason, Refused
from rune.source.runefile.model_records import record_path
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.terminal.printing import print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, plain

TREES_SUFFIX: Final = ".trees.json"
"""How the name of a file of trees ends, as `rune train` names it."""


def convert_trees(source: Path, output: Path, *, is_json: bool, prepares: bool) -> None:
    """Writes the trees of a file and their record, and prints the stages. Raises `CommandFailed`."""
    try:
        data, outcome = _converted(source, prepares=prepares)
    except (Refused, EnvironmentProblem) as error:
        raise CommandFailed(f'Unable to convert "{source}"', (str(error),)) from error
    except OSError as error:
        if is_full_disk(error):
            raise CommandFailed(f'Unable to convert "{source}"', (str(full_disk()),)) from error
        raise CommandFailed(f'Unable to read "{source}": {error.strerror or error}') from error
    record = tree_record(source, outcome.result, data)
    write_file(output, data)
    write_file(output.with_name(record_path(output.name)), (json.dumps(record, indent=2) + "\n").encode())
    if is_json:
        print_json({**outcome.result, "provenance": record})
        return
    click.echo(tree_report(outcome.result, output.name))
    for protection, reason in outcome.gaps.items():
        click.echo(f"Note: the converter ran without {protection}: {reason}", err=True)


def _converted(source: Path, *, prepares: bool) -> tuple[bytes, Outcome]:
    """The bytes of the file, and the outcome of the step. Raises `Refused`, `EnvironmentProblem` and `OSError`."""
    if identify(source) is not SourceFormat.ONNX:
        raise Refused(Reason.NOT_READ, "Decision trees are read of ONNX files, which skl2onnx writes.")
    environment = ENVIRONMENT_OF[SourceFormat.ONNX]
    require_tools(environment, f"Converting {environment.reads}", prepares=prepares)
    with progress(f"Converting {source.name}"), TemporaryDirectory(prefix="rune-convert-") as name:
        path = Path(name) / "trees"
        outcome = run(Step("onnx-trees", {}, {"source": source}, {"model": path}), environment.python)
        return path.read_bytes(), outcome


def tree_report(result: Mapping[str, Any], file: str) -> str:
    """The text of the command: what was converted, the names of the classes, and the stages of a Runefile."""
    outputs, classes, stages = result["scores"], result["classes"], tree_stages(result)
    saved_with, converter = result["saved_with"], result["converter"]
    parts = [
        f"{saved_with}, converted by {converter}; largest difference on 256 inputs: {result['difference']:.1g}",
        f"{counted(result['trees'], 'tree')} with {counted(result['nodes'], 'node')} of "
        f"{counted(result['features'], 'feature')}; the stage `{FEATURES}` is the one that gives them.",
        *([classes_text(classes, outputs)] if classes else []),
        f"Stages for the Runefile:\n{stages}resources:\n  {TREES_RESOURCE}:\n    path: ./{plain(file)}",
    ]
    return "\n".join(parts)


def classes_text(classes: Sequence[str], scores: int) -> str:
    """Returns the sentence about the classes of a model; one score is that of the second of two."""
    names = list(map(plain, classes))
    if scores == 1 and len(names) == 2:
        return f"Classes: above 0 the score is for {names[1]}, else for {names[0]}."
    return f"Classes, in the order of the scores: {', '.join(names)}."
