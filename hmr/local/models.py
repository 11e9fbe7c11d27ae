"""Models of a project on this device: finished ones are used as they are, others are converted by the toolchain."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path, PurePosixPath
from typing import Any, Final

from hmr.errors import HmrError
from hmr.local.project import LocalProject
from hmr.local.toolchain import convert_model
from hmr.models import TREES, FormRow, ModelFigures, file_bytes, model_bytes, require_form, sample_bytes
from rune.datasets.calibration_kind import SAMPLES

FINISHED: Final = "as it is"
"""The form of a file that is not converted."""
_TREES_SUFFIX: Final = ".trees.json"
_TFLITE: Final = (4, b"TFL3")
"""The place and the bytes by which a `.tflite` file is known."""


def finished_model(project: LocalProject, model: Any, path: str | None) -> ModelFigures | None:
    """Uses a `.tflite` or `.trees.json` file as it is; None for any other model. Raises `HmrError`."""
    if not isinstance(model, str | PathLike):
        return None
    source = Path(fspath(model))
    is_trees = source.name.endswith(_TREES_SUFFIX)
    if not is_trees and source.suffix != ".tflite":
        return None
    target = project.require_path(path or (f"model{_TREES_SUFFIX}" if is_trees else "model.tflite"))
    data = file_bytes(source)
    if not (_is_trees(data) if is_trees else data[_TFLITE[0] :].startswith(_TFLITE[1])):
        raise HmrError("model-refused", f"{source.name} is not a {'file of trees' if is_trees else '.tflite file'}.")
    project.write(target, data)
    row = FormRow(1, TREES if is_trees else FINISHED, len(data), None, None, 0, 0, "")
    return ModelFigures(source.name, str(target), row.form, [row], "")


def converted_model(
    project: LocalProject, model: Any, samples: Any, *, guess: bool, path: str | None, form: str | None, seconds: float
) -> ModelFigures:
    """Converts a model, and makes it the project's. Raises `HmrError`."""
    is_trees = form == TREES
    target = project.require_path(path or (f"model{_TREES_SUFFIX}" if is_trees else "model.tflite"))
    form = form or "int8"
    with tempfile.TemporaryDirectory(prefix="hmr-") as name:
        folder = Path(name)
        source = _source(model, folder)
        output = folder / "output" / target.name
        output.parent.mkdir()
        options = [] if is_trees else ["--quantize", form, "--compare", *_sample_options(samples, folder)]
        report = convert_model(source, options, output, seconds)
        rows = [_trees_row(output)] if is_trees else _rows(report["forms"])
        figures = ModelFigures(source.name, str(target), form, rows, "")
        require_form(figures, accepts_guess=guess)
        # With the record of where the file came from, which the command writes beside it.
        for file in sorted(output.parent.iterdir()):
            project.write(target.with_name(file.name), file.read_bytes())
    return figures


def _source(model: Any, folder: Path) -> Path:
    """Returns the file of a model; one of the folder for an object that saves itself."""
    if isinstance(model, str | PathLike):
        path = Path(fspath(model))
        if not path.exists():
            raise HmrError("not-there", f"{model} is not there.")
        return path
    name, data = model_bytes(model)
    source = folder / PurePosixPath(name).name
    source.write_bytes(data)
    return source


def _sample_options(samples: Any, folder: Path) -> Sequence[str]:
    """Returns the options that hand over samples, which the command reads from a folder."""
    if samples is None:
        return ()
    data, target = sample_bytes(samples), folder / "samples"
    target.mkdir()
    is_path = isinstance(samples, str | PathLike)
    if is_path and fspath(samples).endswith(".zip"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(target)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
            raise HmrError("samples-refused", f"{samples} cannot be unpacked: {error}") from None
    else:
        ending = Path(fspath(samples)).suffix if is_path else ".npz" if isinstance(samples, Mapping) else ".npy"
        (target / f"samples{ending}").write_bytes(data)
    return ("--samples", str(target))


def _rows(forms: Sequence[Mapping[str, Any]]) -> list[FormRow]:
    return [_row(number, form) for number, form in enumerate(forms, start=1)]


def _row(number: int, form: Mapping[str, Any]) -> FormRow:
    if "refusal" in form:
        refusal = f"{form['refusal']} {form.get('detail') or ''}".strip()
        return FormRow(number, form["form"], 0, None, None, 0, 0, refusal)
    return FormRow(
        number,
        form["form"],
        form["size"],
        form["arena"],
        form["output"],
        form["changed"],
        form["samples"],
        "",
        form["calibrated_on"],
        form["judged_on"],
    )


def _trees_row(output: Path) -> FormRow:
    return FormRow(1, TREES, output.stat().st_size, None, None, 0, 0, "", judged_on=SAMPLES)


def _is_trees(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False
