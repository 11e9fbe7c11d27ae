"""The step that makes the forms of a float model and compares each with it, in a child with this Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from ai_edge_quantizer.quantizer import Quantizer

from lab.child.job import ChildJob
from lab.quantize.biases import lost_bias, with_biases_that_fit
from lab.quantize.figures import figures_of
from lab.quantize.forms import FLOAT, FORMS, Form, recipe
from lab.quantize.job_samples import samples_of
from lab.quantize.layers import layers_of, tensors_of
from lab.quantize.loops import refuse_loops
from lab.quantize.noise import RunningModel, compare
from lab.quantize.quiet import without_warnings
from lab.quantize.ranges import measured_ranges
from lab.quantize.samples import CalibrationSample, ModelInput, model_inputs
from lab.quantize.steps import shared_by_steps
from lab.quantize.unread import with_quantised_unread_outputs
from lab.refusal import Reason, Refused
from rune.model.tflite import Model, ModelError, TensorKind, read_model, signature
from rune.wording import quoted

_SILENT_RANGE = 1e-3
"""For a tensor that is 0 in all samples: with none at all, its scale would be so small that no interpreter takes it."""

_RANGE_DIGITS = 4


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

    A form that came as `finished FORM` was quantised by another step, and is compared only. `floats` names layers that
    stay floats in the quantised forms, and with `float_interface` their inputs and outputs stay floats too.
    `input_bounds` are the least and the greatest number of the first input, where they are known. A form that the
    quantiser refuses is a row with the reason, unless it is `form`, the one that is wanted.
    """
    data = job.inputs["source"].read_bytes()
    model = read_float_model(data)
    layers = layers_of(model)
    own_inputs = [ModelInput(one.name, tuple(one.type.dimensions)) for one in signature(model).inputs]
    inputs = model_inputs(own_inputs, job.spec.get("inputs", ()))
    bounds = job.spec.get("input_bounds")
    plan = FloatParts(
        tensors_of(layers, job.spec.get("floats", [])),
        bool(job.spec.get("float_interface")),
        None if bounds is None else (bounds[0], bounds[1]),
    )
    job.report(0.05, "Reading the samples")
    samples = samples_of(job, inputs)
    calibration, judging = samples.calibration, samples.judging
    finished_files = {
        name: job.inputs[f"finished {name}"] for name in job.spec["forms"] if f"finished {name}" in job.inputs
    }
    forms = [FORMS[name] for name in job.spec["forms"] if name not in finished_files]
    files, refusals = _form_files(
        job, forms, lambda form: data if form.name == FLOAT else quantised(data, form, plan, calibration, inputs)
    )
    for name, path in finished_files.items():
        files[name] = path.read_bytes()
        job.outputs[name].write_bytes(files[name])
    comparisons, classes = compare(
        data,
        files,
        judging,
        layers,
        lambda count: job.report(
            0.6 + 0.4 * count / len(judging), f"Comparing on sample {count + 1} of {len(judging)}"
        ),
        samples.classes,
    )
    rows: list[dict[str, Any]] = [
        {"form": form, **asdict(figures_of(file)), **asdict(comparisons[form])} for form, file in files.items()
    ]
    rows += [{"form": form, "refusal": each.message, "detail": each.detail} for form, each in refusals.items()]
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


def _form_files(
    job: ChildJob, forms: Sequence[Form], make: Callable[[Form], bytes]
) -> tuple[dict[str, bytes], dict[str, Refused]]:
    """The files of forms, which are written too, and the refusals of others. Raises `Refused` of the one that is
    wanted."""
    files: dict[str, bytes] = {}
    refusals: dict[str, Refused] = {}
    for place, form in enumerate(forms):
        job.report(0.1 + 0.5 * place / len(forms), f"Making {form.name}")
        try:
            files[form.name] = make(form)
        except Refused as error:
            if form.name == job.spec.get("form", form.name):
                raise
            refusals[form.name] = error
            continue
        job.outputs[form.name].write_bytes(files[form.name])
    return files, refusals


def _recordings(samples: Sequence[CalibrationSample]) -> int:
    """Returns how many recordings samples are of; each that is no window of one counts."""
    return len({sample.recording if sample.recording >= 0 else sample.name for sample in samples})


def _range(samples: Sequence[CalibrationSample], place: int) -> list[float]:
    """The smallest and the largest number of an input. Each is that of one sample, so it has few digits."""
    bounds = (
        min(sample.values[place].min() for sample in samples),
        max(sample.values[place].max() for sample in samples),
    )
    return [float(f"{bound:.{_RANGE_DIGITS}g}") for bound in bounds]


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
    if form.is_static:
        refuse_loops(read_model(data), form.name)
    try:
        with without_warnings():
            quantizer = Quantizer(data, recipe(form, plan.tensors, float_interface=plan.interface))
            ranges = None
            if quantizer.need_calibration:
                ranges = _ranges(data, plan, calibration, inputs)
            result = quantizer.quantize(ranges, enable_progress_bar=False, enable_progress_report=False)
    except (ValueError, RuntimeError, KeyError, IndexError, TypeError, AssertionError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        message = f"{form.name}: the quantiser refused the model."
        raise Refused(Reason.NOT_CONVERTED, message, first[:300]) from error
    if result.quantized_model is None:
        raise Refused(Reason.NOT_CONVERTED, f"{form.name}: the quantiser gave nothing.")
    file = with_quantised_unread_outputs(with_biases_that_fit(bytes(result.quantized_model), data))
    if (lost := lost_bias(file)) is not None:
        layer = next((each.name for each in layers_of(read_model(data)) if each.tensor == lost), lost)
        message = f"the bias of the layer {quoted(layer)} is too large beside its weights. Keep the layer as floats."
        raise Refused(Reason.NOT_CONVERTED, f"{form.name}: {message}")
    RunningModel(file, form.name)
    return file


def _ranges(
    data: bytes, plan: FloatParts, samples: Sequence[CalibrationSample], inputs: Sequence[ModelInput]
) -> Mapping[str, Mapping[str, Any]]:
    """Returns the ranges over the samples. Bounds of the first input that are known replace its range."""
    ranges, model = measured_ranges(data, samples, inputs), read_model(data)
    shared_by_steps(ranges, model)
    for each in ranges.values():
        if not each["min"].any() and not each["max"].any():
            each["max"] = np.full_like(each["max"], _SILENT_RANGE)
    if plan.input_bounds is not None:
        own = ranges[model.tensors[model.inputs[0]].name]
        for name, bound in zip(("min", "max"), plan.input_bounds, strict=True):
            own[name] = np.full_like(own[name], bound)
    return ranges
