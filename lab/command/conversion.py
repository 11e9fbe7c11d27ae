"""A whole conversion: from a file of any format that is read to a `.tflite` file of one form, with its provenance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rune
from lab.child.job import Report
from lab.child.start import Outcome, Step, run
from lab.command.recorded import RecordingSource, record_inputs
from lab.environments.environment import ENVIRONMENTS
from lab.formats.identify import SourceFormat, identify
from lab.formats.savedmodel.packing import pack_folder
from lab.quantize.forms import FLOAT, FORMS, TENSORFLOW_INT8
from lab.quantize.samples import SUFFIXES, has_arrays, pack_samples
from lab.refusal import Reason, Refused
from rune.datasets.calibration import CALIBRATION_SPLITS
from rune.datasets.calibration_kind import STATIC_FORMS, calibrated_on, judged_on
from rune.datasets.splits import Split
from rune.digests import digest_of
from rune.environments.analysis import QUANTISER, analysis_python
from rune.environments.environment import Environment

ENVIRONMENT_OF: Mapping[SourceFormat, Environment] = {
    SourceFormat.KERAS: ENVIRONMENTS["tensorflow"],
    SourceFormat.ONNX: ENVIRONMENTS["onnx"],
    SourceFormat.PT2: ENVIRONMENTS["torch"],
    SourceFormat.SAVED_MODEL: ENVIRONMENTS["tensorflow"],
}
"""The environment that a format needs; none for one that is missing here."""
_ONNX_OR_TREES = "onnx-or-trees"
"""The step that also takes decision trees (`lab.formats.onnx.layers_or_trees`)."""
FORMAT_VERSION = 1
"""The format version of the provenance record."""


@dataclass(frozen=True)
class RecordedInputs:
    """The float model's inputs from recordings: a file of numbers, its table (`lab.quantize.recorded`), and what is
    known of the recordings, for the record of the conversion."""

    windows: Path
    table: Mapping[str, Any]
    origin: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """The model and the settings of a conversion. `forms` are made and compared; `form` is the one to keep."""

    source: Path
    form: str = FLOAT
    forms: tuple[str, ...] = (FLOAT,)
    float_layers: tuple[str, ...] = ()
    samples: Path | None = None
    """A folder of samples, or a file of arrays."""
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    float_interface: bool = False
    recorded_inputs: RecordedInputs | None = None
    """Recordings in place of `samples`."""
    project: Path = Path()
    """The project whose stages compute what the model reads, where `samples` are recordings."""
    model: str = ""
    """The path of the model's file in the project, if that is known."""
    calibration: Split = CALIBRATION_SPLITS[0]
    """The split of recordings on which ranges are measured."""


@dataclass(frozen=True)
class ConvertedFile:
    """The file of the form, what was measured, and where the file came from."""

    data: bytes
    report: Mapping[str, Any]
    provenance: Mapping[str, Any]
    gaps: Mapping[str, str]


@dataclass(frozen=True)
class FloatModel:
    """The float model of a source. `conversion` says how it was converted, or is None if the source was one already."""

    path: Path
    source_format: SourceFormat
    conversion: Mapping[str, Any] | None
    gaps: Mapping[str, str] = field(default_factory=dict)
    trees: Mapping[str, Any] | None = None
    """The facts about the decision trees that `path` has in place of a float model."""


def needed_environment(source: Path) -> Environment | None:
    """The environment that a file needs to be converted, or None if it needs none. Raises `Refused` and `OSError`."""
    return ENVIRONMENT_OF.get(identify(source))


def convert(request: Request, report: Report) -> ConvertedFile:
    """Converts a model. Its environment is ready. Raises `Refused` and `OSError`."""
    with TemporaryDirectory(prefix="rune-convert-") as name:
        folder = Path(name)
        float_model = make_float(request, folder, lambda share, text: report(share * 0.6, text))
        request = _with_recordings(request, float_model, folder, lambda share, text: report(0.6 + share * 0.1, text))
        quantisation = make_forms(request, float_model, folder, lambda share, text: report(0.7 + share * 0.3, text))
        data = (folder / request.form).read_bytes()
    record = provenance(request, request.form, float_model, quantisation.result, data)
    gaps = {**float_model.gaps, **quantisation.gaps}
    result = {**quantisation.result, "forms": forms_with_origin(quantisation.result)}
    return ConvertedFile(data, {"conversion": float_model.conversion, **result}, record, gaps)


def forms_with_origin(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The forms of a result, each with what its ranges and its figures were measured on."""
    samples = result["samples"]
    return [
        {
            **row,
            "calibrated_on": calibrated_on(samples, is_static=row["form"] in STATIC_FORMS),
            "judged_on": judged_on(samples),
        }
        for row in result["forms"]
    ]


def _with_recordings(request: Request, float_model: FloatModel, folder: Path, report: Report) -> Request:
    """The request with what the model reads of recordings, where its samples are recordings and not arrays."""
    if request.samples is None or has_arrays(request.samples):
        if request.calibration is not CALIBRATION_SPLITS[0]:
            reason = f"Ranges cannot be measured on the split {request.calibration.value}"
            raise Refused(Reason.SAMPLES, f"{reason}: only recordings have splits. Give a folder of recordings.")
        return request
    windows = folder / "windows"
    source = RecordingSource(request.samples, request.project, request.model, request.calibration)
    table = record_inputs(float_model.path, source, windows, report)
    origin = {name: table[name] for name in ("stage", "digest")}
    return replace(request, samples=None, recorded_inputs=RecordedInputs(windows, table, origin))


def make_float(request: Request, folder: Path, report: Report, *, takes_trees: bool = False) -> FloatModel:
    """The float model of a source; a file of the folder if it has to be converted. Decision trees, which become none,
    are refused, or become `trees`. Raises `Refused` and `OSError`."""
    source_format = identify(request.source)
    environment = ENVIRONMENT_OF.get(source_format)
    if environment is None:
        return FloatModel(request.source, source_format, None)
    path = folder / "float.tflite"
    spec: dict[str, Any] = {"shapes": {key: list(shape) for key, shape in request.shapes.items()}}
    inputs = {"source": request.source}
    if request.source.is_dir():
        inputs["source"] = folder / "source.zip"
        pack_folder(request.source, inputs["source"])
    weights = weights_beside(request.source, source_format)
    if weights is not None:
        inputs["weights"], spec["weights_name"] = weights, weights.name
    name = _ONNX_OR_TREES if takes_trees and source_format is SourceFormat.ONNX else source_format.value
    outcome = run(Step(name, spec, inputs, {"model": path}), environment.python, report)
    trees = outcome.result.get("trees") if name == _ONNX_OR_TREES else None
    return FloatModel(path, source_format, outcome.result if trees is None else None, outcome.gaps, trees)


def weights_beside(source: Path, source_format: SourceFormat) -> Path | None:
    """The file of weights that exporters write beside an ONNX model, or None if there is none."""
    weights = source.with_name(f"{source.name}.data")
    return weights if source_format is SourceFormat.ONNX and weights.is_file() else None


def make_forms(request: Request, float_model: FloatModel, folder: Path, report: Report) -> Outcome:
    """Makes the forms of a float model as files of the folder, and compares them. Raises `Refused` and `OSError`."""
    inputs = {"source": float_model.path}
    if request.samples is not None and request.samples.is_dir():
        inputs["samples"] = folder / "samples.zip"
        pack_samples(request.samples, inputs["samples"])
    elif request.samples is not None:
        inputs["samples"] = request.samples
    spec: dict[str, Any] = {
        "floats": list(request.float_layers),
        "float_interface": request.float_interface,
        "form": request.form,
        "inputs": list((float_model.conversion or {}).get("inputs", ())),
    }
    if request.recorded_inputs is not None:
        inputs["windows"], spec["recorded"] = request.recorded_inputs.windows, dict(request.recorded_inputs.table)
    second = TensorFlowForm()
    if TENSORFLOW_INT8.name in request.forms:
        second = quantise_with_tensorflow(request, float_model, Step("keras-int8", spec, inputs, {}), folder, report)
        inputs |= second.inputs
    forms = [form for form in request.forms if form != TENSORFLOW_INT8.name or second.inputs]
    outputs = {form: folder / form for form in forms}
    step = Step("quantise", {**spec, "forms": forms}, inputs, outputs)
    outcome = run(step, analysis_python(QUANTISER), report)
    require_forms(outcome.result, forms)
    rows = [*outcome.result["forms"], *second.refusals]
    return replace(outcome, result={**outcome.result, "forms": rows}, gaps={**second.gaps, **outcome.gaps})


@dataclass(frozen=True)
class TensorFlowForm:
    """The form of TensorFlow's own quantiser as an input of the step that compares, or the row that says why not."""

    inputs: Mapping[str, Path] = field(default_factory=dict)
    refusals: Sequence[Mapping[str, str]] = ()
    gaps: Mapping[str, str] = field(default_factory=dict)


def quantise_with_tensorflow(
    request: Request, float_model: FloatModel, step: Step, folder: Path, report: Report
) -> TensorFlowForm:
    """Makes `int8-tensorflow` of a Keras source, with the samples of a step. Raises `Refused` if it is the form that is
    wanted."""
    name = TENSORFLOW_INT8.name
    path = folder / "by-tensorflow.tflite"
    shapes = {key: list(shape) for key, shape in request.shapes.items()}
    inputs = {**step.inputs, "source": request.source, "float": float_model.path}
    whole = replace(step, spec={**step.spec, "shapes": shapes}, inputs=inputs, outputs={"model": path})
    try:
        if float_model.source_format is not SourceFormat.KERAS:
            raise Refused(Reason.NOT_CONVERTED, f"{name}: TensorFlow quantises Keras models only. Choose int8.")
        environment = ENVIRONMENTS["tensorflow"]
        if not environment.is_ready:
            raise Refused(Reason.NOT_CONVERTED, f"{name}: the environment tensorflow is not prepared here.")
        outcome = run(whole, environment.python, report)
    except Refused as refusal:
        if request.form == name:
            raise
        reason = refusal.message.removeprefix(f"{name}: ")
        return TensorFlowForm(refusals=[{"form": name, "refusal": f"{name}: {reason}", "detail": refusal.detail}])
    return TensorFlowForm({f"finished {name}": path}, gaps=outcome.gaps)


def require_forms(result: Mapping[str, Any], forms: Sequence[str]) -> None:
    """Raises `Refused` unless the process answered for these forms alone: the name of a form is that of its file."""
    rows = result.get("forms")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("form") in forms for row in rows):
        raise Refused(Reason.CRASHED, "The converter's process answered for other forms than it was asked for.")


def provenance(
    request: Request, form: str, float_model: FloatModel, quantisation: Mapping[str, Any], data: bytes
) -> dict[str, Any]:
    """Returns where the file of a form came from: the same file, settings and samples give the same record and the
    same bytes."""
    samples, conversion = quantisation["samples"], float_model.conversion
    settings: dict[str, Any] = {"form": form, "float_layers": list(request.float_layers) if form != FLOAT else []}
    if request.float_interface and form != FLOAT:
        settings["interface"] = FLOAT
    if request.calibration is not CALIBRATION_SPLITS[0] and (form == TENSORFLOW_INT8.name or FORMS[form].is_static):
        settings["calibration"] = request.calibration.value
    if request.shapes:
        settings["shapes"] = {name: list(shape) for name, shape in request.shapes.items()}
    return {
        "version": FORMAT_VERSION,
        "digest": digest_of(data),
        "source": source_record(request.source, float_model.source_format, conversion),
        "settings": settings,
        "conversion": converter_record(float_model.source_format, conversion),
        "samples": {
            "kind": samples["kind"],
            "calibration": samples["calibration"],
            "ranges": samples["ranges"],
            **({"is_guess": True} if samples["is_guess"] and form in STATIC_FORMS else {}),
            "digest": samples_digest(request.samples) if request.samples is not None else None,
            **(dict(request.recorded_inputs.origin) if request.recorded_inputs is not None else {}),
        },
        "quantiser": _quantiser(form, quantisation, conversion),
        "tool": f"rune {rune.__version__}",
    }


def source_record(
    source: Path, source_format: SourceFormat, conversion: Mapping[str, Any] | None
) -> Mapping[str, str | None]:
    """A record of a source: its name, format and digests, and the library that wrote it, where that is known."""
    weights = weights_beside(source, source_format)
    return {
        "file": source.name,
        "format": source_format.value,
        "digest": source_digest(source),
        **({"weights": digest_of(weights.read_bytes())} if weights is not None else {}),
        "saved_with": conversion["saved_with"] if conversion else None,
    }


def converter_record(source_format: SourceFormat, conversion: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A record of the converter with its environment, or None for a source that was not converted."""
    environment = ENVIRONMENT_OF.get(source_format)
    if environment is None or conversion is None:
        return None
    lock = hashlib.sha256(environment.lock.read_bytes()).hexdigest()
    return {
        "environment": environment.name,
        "lock": f"sha256:{lock}",
        "converter": conversion["converter"],
        "difference": conversion["difference"],
    }


def _quantiser(form: str, quantisation: Mapping[str, Any], conversion: Mapping[str, Any] | None) -> str | None:
    if form == TENSORFLOW_INT8.name and conversion is not None:
        return str(conversion["converter"])
    return quantisation["quantiser"] if form != FLOAT else None


def source_digest(source: Path) -> str:
    """The digest of a source: of a file's bytes, or of the files of a folder."""
    if not source.is_dir():
        return digest_of(source.read_bytes())
    return _digest_of_files(source, sorted(path for path in source.rglob("*") if path.is_file()))


def samples_digest(folder: Path) -> str:
    """The digest of the files of samples in a folder: of their paths and their bytes, not of their times. Of a file,
    that of its bytes."""
    if folder.is_file():
        return digest_of(folder.read_bytes())
    return _digest_of_files(
        folder, sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    )


def _digest_of_files(folder: Path, paths: Sequence[Path]) -> str:
    files = [[path.relative_to(folder).as_posix(), digest_of(path.read_bytes())] for path in paths]
    return digest_of(json.dumps(files).encode())


def parsed_shapes(texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The shapes in `NAME=49x10`. Raises `ValueError` with a sentence."""
    shapes = {}
    for text in texts:
        name, separator, sizes = text.rpartition("=")
        parts = sizes.split("x")
        if not separator or not name or not all(part.isdigit() and 0 < int(part) < 1 << 24 for part in parts):
            raise ValueError(f"{text} is not a shape; write NAME=49x10, without the batch.")
        shapes[name] = tuple(map(int, parts))
    return shapes
