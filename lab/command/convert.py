"""`rune convert`: a model of a training library becomes a .tflite file, and a float model a quantised one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lab.command.conversion import ConvertedFile, Request, convert, needed_environment, parsed_shapes
from lab.command.declarations import outdated_models, request_of, without_models
from lab.command.preparing import require_tools
from lab.command.table import lines
from lab.command.tree_conversion import TREES_SUFFIX, classes_text, convert_trees
from lab.environments.making import EnvironmentProblem
from lab.formats.identify import is_saved_model
from lab.full_disk import full_disk, is_full_disk
from lab.quantize.forms import FLOAT, FORMS, TENSORFLOW_INT8
from lab.refusal import Refused
from rune.datasets.splits import Split
from rune.source.policy import POLICY_FILE
from rune.source.policy.sections.models import CALIBRATIONS, KERAS_SUFFIXES, MODEL_FORMS
from rune.source.runefile.model_records import record_path
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import ProgressLine, progress
from rune.wording import plain


@click.command()
@click.argument("file", type=ANY_PATH, default=Path())
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The .tflite file to write, or .trees.json.")
@click.option(
    "--quantize", type=click.Choice(MODEL_FORMS), default=FLOAT, show_default=True, help="The form of the file."
)
@click.option(
    "--samples",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with a subfolder for each label: recordings, or .npy or .npz files of the model's input.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The project whose stages compute what the model reads of recordings; without it, this folder.",
)
@click.option(
    "--calibration",
    type=click.Choice(CALIBRATIONS),
    default=CALIBRATIONS[0],
    show_default=True,
    help="The split of recordings on which ranges are measured. Of validation, the other half judges then.",
)
@click.option(
    "--keep", "float_layers", multiple=True, metavar="LAYER", help="A layer that stays float. May be repeated."
)
@click.option("--float-interface", is_flag=True, help="Keep the inputs and outputs of a quantised model floats.")
@click.option("--shape", "shapes", multiple=True, metavar="NAME=49x10", help="Fixes the open dimensions of an input.")
@click.option("--compare", "compares_all", is_flag=True, help="Make and compare all forms.")
@click.option("--prepare", "prepares", is_flag=True, help="Prepare the converter's environment without asking.")
@format_option()
def command(
    file: Path,
    output: Path | None,
    quantize: str,
    samples: Path | None,
    project: Path,
    calibration: str,
    float_layers: tuple[str, ...],
    float_interface: bool,
    shapes: tuple[str, ...],
    compares_all: bool,
    prepares: bool,
    form: str,
) -> None:
    """Convert the model FILE to a .tflite file, and quantise it; or convert the models of a project.

    FILE is a Keras model (.keras, .h5), a SavedModel (a folder or a .zip), an ONNX model (.onnx), a program of PyTorch
    (.pt2) or a float .tflite file. It is read as data: code in it is refused and never run. A table compares the forms
    with the float model: size, memory of the network, signal to noise, and how many answers changed. A record of where
    the file came from is written beside it.

    Decision trees of scikit-learn, written by skl2onnx, become a file of the block decision_trees, whose name ends with
    .trees.json; the command prints the stages for the Runefile.

    Recordings go through the stages that the project has in front of the model. Ranges are measured on those of the
    split train, and forms are judged on those of validation.

    Where FILE is a folder with a forge.yml, or is left out, the models that it declares are converted: those whose
    source or settings changed.

    \b
    rune convert model.keras --quantize int8 --samples samples -o model.tflite
    """
    is_json = form == "json"
    names_forms = bool(compares_all or quantize != FLOAT or float_layers or float_interface or samples or shapes)
    if (file / POLICY_FILE).is_file():
        if names_forms or output is not None or calibration != CALIBRATIONS[0]:
            raise click.UsageError(f"The {POLICY_FILE} says how its models are converted. Name a file to use options.")
        _convert_declared(file, is_json=is_json, prepares=prepares)
        return
    if output is None:
        raise _without_output(file)
    if output.name.endswith(TREES_SUFFIX):
        if names_forms:
            raise click.UsageError(f"Decision trees have no forms. Write {output.name} without these options.")
        convert_trees(file, output, is_json=is_json, prepares=prepares)
        return
    if str(output) != "-" and output.suffix != ".tflite":
        message = f"{str(output)!r} does not end with .tflite, or for decision trees with {TREES_SUFFIX}"
        raise click.BadParameter(message, param_hint="--output")
    forms = _all_forms(file, quantize) if compares_all else tuple(dict.fromkeys((FLOAT, quantize)))
    if float_layers and quantize == TENSORFLOW_INT8.name:
        raise click.UsageError(f"--keep works with int8 and int16x8, and not with {quantize}.")
    if float_layers and quantize == FLOAT:
        raise click.UsageError("--keep needs --quantize: a float model keeps all its layers.")
    try:
        request = Request(
            file,
            quantize,
            forms,
            float_layers,
            samples,
            parsed_shapes(shapes),
            float_interface,
            project=project,
            calibration=Split(calibration),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _print(_convert(request, output, prepares=prepares), request, is_json=is_json)


def _without_output(file: Path) -> click.ClickException:
    """The error for a command that names no output: FILE may be a project without models."""
    if file.is_dir() and not is_saved_model(file):
        return without_models(file)
    return click.UsageError("Missing option '-o': the .tflite file to write.")


def _all_forms(file: Path, quantize: str) -> tuple[str, ...]:
    """The forms that a file can have, and the one that is asked for."""
    own = [TENSORFLOW_INT8.name] if file.suffix in KERAS_SUFFIXES else []
    return tuple(dict.fromkeys((*FORMS, *own, quantize)))


def _convert_declared(folder: Path, *, is_json: bool, prepares: bool) -> None:
    """Converts the models of a project that are out of date."""
    reports = {}
    stale_models = list(outdated_models(folder))
    for model, problem in stale_models:
        request = request_of(folder, model)
        click.echo(f"{problem}.", err=True)
        result = _convert(request, folder / model.path, prepares=prepares)
        if is_json:
            reports[model.path] = {**result.report, "provenance": result.provenance}
        else:
            click.echo(f"{plain(model.path)}:")
            _print(result, request, is_json=False)
    if is_json:
        print_json(reports)
    elif not stale_models:
        click.echo(f"The models are as {POLICY_FILE} says.")


def _convert(request: Request, output: Path, *, prepares: bool) -> ConvertedFile:
    """Converts a model and writes it with its record. Raises `CommandFailed`."""
    file = request.source
    try:
        environment = needed_environment(file)
        purpose = f"Converting {environment.reads if environment else file.name}"
        require_tools(environment, purpose, prepares=prepares)
        with progress(f"Converting {file.name}") as line:
            result = convert(request, lambda _share, text: _show(line, text))
    except (Refused, EnvironmentProblem) as error:
        raise CommandFailed(f'Unable to convert "{file}"', (str(error),)) from error
    except OSError as error:
        if is_full_disk(error):
            raise CommandFailed(f'Unable to convert "{file}"', (str(full_disk()),)) from error
        raise CommandFailed(f'Unable to read "{file}": {error.strerror or error}') from error
    write_file(output, result.data)
    if str(output) != "-":
        record = json.dumps(result.provenance, indent=2) + "\n"
        write_file(output.with_name(record_path(output.name)), record.encode())
    return result


def _print(result: ConvertedFile, request: Request, *, is_json: bool) -> None:
    if is_json:
        print_json({**result.report, "provenance": result.provenance})
        return
    conversion = result.report["conversion"]
    if conversion:
        saved_with, converter = conversion["saved_with"], conversion["converter"]
        click.echo(
            f"{saved_with}, converted by {converter}; largest difference on 64 inputs: {conversion['difference']:.1g}"
        )
        for one in conversion["inputs"]:
            if one.get("source_shape", one["shape"]) != one["shape"]:
                shapes = f"{one['source_shape']} became {one['shape']}"
                click.echo(f"Input {plain(one['name'])}: {shapes}, channels last, as blocks give pictures and windows.")
        if classes := conversion.get("classes"):
            click.echo(classes_text(classes, conversion["scores"]))
    click.echo("\n".join(lines(result.report, request.form, request.float_layers, request.calibration.value)))
    for protection, reason in result.gaps.items():
        click.echo(f"Note: the converter ran without {protection}: {reason}", err=True)


def _show(line: ProgressLine | None, text: str) -> None:
    if line is not None:
        line.text = text
