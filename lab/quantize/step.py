"""The step that makes the forms of a float model and compares each with it, in a child with this Python."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from ai_edge_quantizer.calibrator import Calibrator
from ai_edge_quantizer.quantizer import Quantizer
from ai_edge_quantizer.recipe_manager import RecipeManager
from ai_edge_quantizer.utils.qsv_utils import min_max_update

from lab.child.job import ChildJob
from lab.quantize.figures import figures_of
from lab.quantize.forms import FLOAT, FORMS, Form, recipe
from lab.quantize.layers import layers_of, tensors_of
from lab.quantize.noise import RunningModel, compare
from lab.quantize.recorded import read_recorded
from lab.quantize.samples import CalibrationSample, ModelInput, random_samples, read_samples, split_samples
from lab.refusal import Reason, Refused
from rune.model.tflite import Model, ModelError, TensorKind, read_model, signature


@dataclass(frozen=True)
class FloatParts:
    """The floats of a quantised form: the operators with these output tensors, and the inputs and outputs.
    `input_bounds` are the least and the greatest number of the first input, None where the samples say that."""

    tensors: tuple[str, ...] = ()
    interface: bool = False
    input_bounds: tuple[float, float] | None = None


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source` and the archive `samples`, or the numbers `windows` with the table `recorded` of the
    specification, if one of them is there, and writes a file for each form of `forms`.

    `floats` names layers that stay floats in the quantised forms, and with `float_interface` their inputs and outputs
    stay floats too.
    `input_bounds` are the least and the greatest number of the first input, where they are known. A form that the
    quantiser refuses is a row with the reason, unless it is `form`, the one that is wanted.
    """
    data = job.inputs["source"].read_bytes()
    model = read_float_model(data)
    layers = layers_of(model)
    inputs = [ModelInput(one.name, tuple(one.type.dimensions)) for one in signature(model).inputs]
    bounds = job.spec.get("input_bounds")
    plan = FloatParts(
        tensors_of(layers, job.spec.get("floats", [])),
        bool(job.spec.get("float_interface")),
        None if bounds is None else (bounds[0], bounds[1]),
    )
    job.report(0.05, "Reading the samples")
    samples = _samples(job, inputs)
    calibration, judging = samples.calibration, samples.judging
    forms = [FORMS[name] for name in job.spec["forms"]]
    files: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for place, form in enumerate(forms):
        job.report(0.1 + 0.5 * place / len(forms), f"Making {form.name}")
        try:
            files[form.name] = data if form.name == FLOAT else quantised(data, form, plan, calibration, inputs)
        except Refused as error:
            if form.name == job.spec.get("form", form.name):
                raise
            refused[form.name] = str(error)
            continue
        job.outputs[form.name].write_bytes(files[form.name])
    comparisons, classes = compare(
        data,
        files,
        judging,
        layers,
        lambda done: job.report(0.6 + 0.4 * done / len(judging), f"Comparing on sample {done + 1} of {len(judging)}"),
        samples.classes,
    )
    rows: list[dict[str, Any]] = [
        {"form": form, **asdict(figures_of(file)), **asdict(comparisons[form])} for form, file in files.items()
    ]
    rows += [{"form": form, "refused": reason} for form, reason in refused.items()]
    return {
        "forms": rows,
        "layers": [{"name": layer.name, "op": layer.op} for layer in layers],
        "samples": {
            "kind": samples.kind,
            "is_guess": samples.is_guess,
            "calibration": _recordings(calibration),
            "judging": _recordings(judging),
            "ranges": [_range(calibration, place) for place in range(len(inputs))],
            "classes": list(classes),
        },
        "quantiser": f"ai-edge-quantizer {version('ai-edge-quantizer')}",
    }


@dataclass(frozen=True)
class _Samples:
    """Samples by which ranges are measured, and those by which forms are judged."""

    kind: str
    calibration: Sequence[CalibrationSample]
    judging: Sequence[CalibrationSample]
    classes: tuple[str, ...] = ()
    is_guess: bool = False


def _samples(job: ChildJob, inputs: Sequence[ModelInput]) -> _Samples:
    """Raises `Refused`."""
    if "windows" in job.inputs:
        recorded = read_recorded(job.inputs["windows"], job.spec["recorded"], inputs)
        return _Samples("recordings", recorded.calibration, recorded.judging, recorded.classes, recorded.is_guess)
    archive = job.inputs.get("samples")
    if archive is None:
        return _Samples("random", *split_samples(random_samples(inputs)), is_guess=True)
    return _Samples("files", *split_samples(read_samples(archive, inputs)))


def _recordings(samples: Sequence[CalibrationSample]) -> int:
    """How many recordings samples are of; each that is no window of one counts."""
    return len({sample.recording if sample.recording >= 0 else sample.name for sample in samples})


def _range(samples: Sequence[CalibrationSample], place: int) -> list[float]:
    """The smallest and the largest number of an input."""
    return [
        float(min(sample.values[place].min() for sample in samples)),
        float(max(sample.values[place].max() for sample in samples)),
    ]


def read_float_model(data: bytes) -> Model:
    """The model, if it is one of floats. Raises `Refused`."""
    try:
        model = read_model(data)
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The .tflite file cannot be read: {error}") from error
    kinds = {tensor.kind for tensor in model.tensors}
    quantised_kinds = {TensorKind.INT8, TensorKind.UINT8, TensorKind.INT16} & kinds
    if quantised_kinds and any(tensor.scale is not None for tensor in model.tensors):
        raise Refused(
            Reason.NOT_CONVERTED, "The model is quantised already. Convert the float model that it was made of."
        )
    if TensorKind.FLOAT32 not in kinds:
        raise Refused(Reason.NOT_CONVERTED, "The model has no floats that could be quantised.")
    return model


def quantised(
    data: bytes, form: Form, plan: FloatParts, calibration: Sequence[CalibrationSample], inputs: Sequence[ModelInput]
) -> bytes:
    """A form of a float model. Raises `Refused`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the interpreter warns of the memory that calibration takes
            quantizer = Quantizer(data, recipe(form, plan.tensors, float_interface=plan.interface))
            ranges = None
            if quantizer.need_calibration:
                ranges = _ranges(data, form, plan, calibration, inputs)
            result = quantizer.quantize(ranges, enable_progress_bar=False, enable_progress_report=False)
    except (ValueError, RuntimeError, KeyError, IndexError, TypeError, AssertionError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(Reason.NOT_CONVERTED, f"{form.name}: the quantiser refused the model: {first[:300]}") from error
    if result.quantized_model is None:
        raise Refused(Reason.NOT_CONVERTED, f"{form.name}: the quantiser gave nothing.")
    RunningModel(bytes(result.quantized_model), form.name)
    return bytes(result.quantized_model)


def _ranges(
    data: bytes, form: Form, plan: FloatParts, samples: Sequence[CalibrationSample], inputs: Sequence[ModelInput]
) -> Mapping[str, Mapping[str, Any]]:
    """The least and the greatest number of each tensor over all samples.

    By itself the quantiser takes moving means, in which the last 20 samples or so count: numbers beyond the mean are
    cut off, and samples in the order of their names give the ranges of the last label.
    """
    manager = RecipeManager()
    manager.load_quantization_recipe(recipe(form, plan.tensors, float_interface=plan.interface))
    calibrator = Calibrator(data, num_threads=1, qsv_update_func=min_max_update)
    calibrator.calibrate(_calibration(data, samples, inputs), manager)
    ranges: dict[str, dict[str, Any]] = calibrator.get_model_qsvs()
    if plan.input_bounds is not None:
        model = read_model(data)
        own = ranges[model.tensors[model.inputs[0]].name]
        for name, bound in zip(("min", "max"), plan.input_bounds, strict=True):
            own[name] = np.full_like(own[name], bound)
    return ranges


def _calibration(
    data: bytes, samples: Sequence[CalibrationSample], inputs: Sequence[ModelInput]
) -> Mapping[str, list[dict[str, Any]]]:
    """Samples as the quantiser takes them: by the model's signature and the names of its inputs there."""
    from ai_edge_quantizer.utils import tfl_interpreter_utils

    interpreter = tfl_interpreter_utils.create_tfl_interpreter(data)
    signatures = interpreter.get_signature_list()
    if not signatures:
        raise ValueError("the file has no signature, which names inputs; convert the model again from its source")
    key = next(iter(signatures))
    details = interpreter.get_signature_runner(key).get_input_details()
    names = {detail["index"]: name for name, detail in details.items()}
    in_order = [(names[detail["index"]], detail["dtype"]) for detail in interpreter.get_input_details()]
    return {
        key: [
            {
                name: value.reshape(one.shape).astype(kind)
                for (name, kind), value, one in zip(in_order, sample.values, inputs, strict=True)
            }
            for sample in samples
        ]
    }
