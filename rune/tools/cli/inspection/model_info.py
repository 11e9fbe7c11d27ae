"""`rune model-info`: the inputs, outputs and operators of a .tflite file, and which of these cannot be compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import Model, ModelError, Tensor, describe, element_kind, read_model
from rune.running.runs.outputs import shortest_f32
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.wording import printable

_OUTPUTS = "Outputs:"


@click.command()
@click.argument("file", type=ANY_PATH)
@format_option()
def command(file: Path, form: str) -> None:
    """Show the inputs, outputs and operators of the model FILE."""
    data = read_input_file(file)
    try:
        model = read_model(data)
    except ModelError as error:
        raise CommandFailed(f'Unable to read "{file}": {error}') from error
    if form == "json":
        print_json(_as_json(model))
    else:
        click.echo("\n".join(_as_text(model)))


def _as_json(model: Model) -> dict[str, object]:
    """`inputs`, `outputs` and `ops` as tools of Rune 0.11 read them, and more beside them."""
    description = describe(model)
    return {
        "inputs": [_tensor_json(model.tensors[index]) for index in model.inputs],
        "outputs": [_tensor_json(model.tensors[index]) for index in model.outputs],
        "ops": len(model.operators),
        **{key: description[key] for key in ("description", "operators", "size", "weights_size", "parameters")},
        "unsupported": [each.to_json() for each in unsupported_ops(model)],
    }


def _tensor_json(tensor: Tensor) -> dict[str, object]:
    json: dict[str, object] = {
        "name": tensor.name,
        "element_kind": element_kind(tensor.kind),
        "dims": list(tensor.shape),
    }
    if tensor.scale is not None:
        json |= {"scale": tensor.scale, "zero_point": tensor.zero_point}
    elif tensor.quantization is not None and tensor.quantization.scales:
        scales, zero_points = list(tensor.quantization.scales), list(tensor.quantization.zero_points)
        json |= {"scales": scales, "zero_points": zero_points, "axis": tensor.quantization.axis}
    return json


def _type_text(tensor: Tensor, title: str) -> str:
    return f"{element_kind(tensor.kind)}{list(tensor.shape)}{_quantisation_text(tensor)}{_open(tensor, title)}"


def _quantisation_text(tensor: Tensor) -> str:
    """Returns the meaning of a stored number: (number - zero point) * scale."""
    if tensor.scale is not None:
        return f", scale {shortest_f32(tensor.scale)}, zero point {tensor.zero_point}"
    quantization = tensor.quantization
    if quantization is None or not quantization.scales:
        return ""
    return f", {len(quantization.scales)} scales along dimension {quantization.axis}"


def _open(tensor: Tensor, title: str) -> str:
    """Files write one number and an output that is known only after a run alike."""
    return ", one number or known once the model ran" if title == _OUTPUTS and not tensor.shape else ""


def _as_text(model: Model) -> Iterator[str]:
    yield f"Ops: {len(model.operators)}"
    for title, indices in (("Inputs:", model.inputs), (_OUTPUTS, model.outputs)):
        yield title
        for index in indices:
            tensor = model.tensors[index]
            yield f"\t{printable(tensor.name)}: {_type_text(tensor, title)}"
    description = describe(model)
    yield "Operators:"
    operators = description["operators"]
    assert isinstance(operators, list)  # noqa: S101 (describe says so)
    for operator in operators:
        yield f"\t{printable(operator['op'])} ({operator['types']}): {operator['count']}"
    lacking = unsupported_ops(model)
    if lacking:
        yield "Run by the host, because these cannot be compiled yet:"
        yield from (f"\t{printable(str(item))}" for item in lacking)
    if any(each.is_wrong_in_pages for each in lacking):
        yield "Results in pages are wrong for BATCH_MATMUL of floats with int8 weights; trust what commands give."
    yield f"Size: {description['size']} bytes, {description['parameters']} parameters"
