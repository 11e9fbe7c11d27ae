"""Converts a program of PyTorch to a float `.tflite` file and compares the two, in the child of the torch
environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import rune
from lab.child.job import ChildJob
from lab.formats.comparing import INPUTS, TOLERANCE, Array, difference, seeded_inputs, tolerance_of
from lab.formats.onnx.converted import ConvertedOnnx, inputs_to_json, number_kinds
from lab.formats.onnx.model import OnnxInput, OnnxModel
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import TranslatedModel, fix_inputs, translate
from lab.formats.pt2.program import ProgramInput, ProgramNode, TorchProgram
from lab.formats.pt2.reading import read_pt2
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

if TYPE_CHECKING:
    from lab.formats.pt2.network import Network


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source`, writes `model`. The result has the inputs, the converter's version and the largest difference."""
    job.report(0.05, "Reading the file as data")
    program = fix_program(read_pt2(job.inputs["source"]), job.spec.get("shapes", {}))
    job.inputs["source"].unlink()
    job.report(0.1, "Loading PyTorch")
    import torch  # after the file was read as data

    from lab.formats.pt2.network import Network

    torch.set_num_threads(1)
    job.report(0.3, "Converting")
    network = Network(program)
    onnx_path = job.folder / "exported.onnx"
    onnx_path.write_bytes(network.onnx([tuple(size or 1 for size in one.shape) for one in program.inputs]))
    model = read_onnx(onnx_path)
    translated_model = translate(model)
    job.report(0.6, f"Comparing on {INPUTS} inputs")
    largest = compare(program, network, model, translated_model)
    job.outputs["model"].write_bytes(translated_model.data)
    return {
        "inputs": inputs_to_json(translated_model),
        "difference": largest,
        "saved_with": program.producer,
        "converter": f"PyTorch {torch.__version__} and rune {rune.__version__}",
    }


def fix_program(program: TorchProgram, shapes: Mapping[str, Sequence[int]]) -> TorchProgram:
    """The program with every dimension of its inputs known, as for ONNX. Raises `Refused`."""
    fixed_inputs = fix_inputs(
        [OnnxInput(one.name, one.shape, one.kind) for one in program.inputs],
        {name: tuple(shape) for name, shape in shapes.items()},
    )
    return replace(program, inputs=tuple(ProgramInput(one.name, one.shape, one.kind) for one in fixed_inputs))


def compare(program: TorchProgram, network: Network, model: OnnxModel, translated_model: TranslatedModel) -> float:
    """The largest difference between a program in PyTorch and its converted form.

    Raises `Refused` above the tolerance, and names the first operator that differs.
    """
    tolerance = tolerance_of(number_kinds(model))
    inputs = seeded_inputs([each.source_shape for each in translated_model.inputs], translated_model.ids)
    converted_model = ConvertedOnnx(translated_model)
    largest = 0.0
    for values in inputs:
        for one, other in zip(network.outputs(values), converted_model.outputs(values), strict=True):
            largest = max(largest, difference(one, other.reshape(one.shape) if one.size == other.size else other))
    if largest > tolerance:
        node = first_different(program, model, inputs[0], tolerance)
        where = "No single operator explains it."
        if node is not None:
            where = f"The first operator that differs is {plain(node.target)}, which gives {quoted(node.outputs[0])}."
        raise Refused(
            Reason.DIFFERS,
            f"The converted model answers otherwise than its source: by {largest:.2g} of the output's largest number, "
            f"where at most {tolerance:.2g} is accepted. {where}",
        )
    return largest


def first_different(
    program: TorchProgram, model: OnnxModel, values: Sequence[Array], tolerance: float = TOLERANCE
) -> ProgramNode | None:
    """Returns the first operator that gives another value in the converted model, or None if none does. Values that the
    exporter renames are not compared."""
    from lab.formats.pt2.network import Network

    onnx_names = {name for node in model.nodes for name in node.outputs}
    nodes = {name: node for node in program.nodes for name in node.outputs if name in onnx_names}
    names = list(nodes)
    for name, expected in zip(names, Network(program, names).outputs(values) if names else [], strict=True):
        try:
            result = ConvertedOnnx(translate(model, [name])).outputs(values)[0]
        except Refused:
            continue
        if expected.dtype.kind == "f" and difference(expected.ravel(), result.ravel()) > tolerance:
            return nodes[name]
    return None
