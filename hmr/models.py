"""Sending a model to be converted, and the figures that come back."""

from __future__ import annotations

import html
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hmr.builds import BUILD_SECONDS, wait_for_build
from hmr.errors import HmrError
from hmr.server import ProjectServer, reads_answers
from rune.datasets.calibration_kind import (
    CALIBRATED_ON_RANDOM,
    RANDOM_NUMBERS,
    SAMPLES,
    STATIC_FORMS,
    calibrated_on,
    judged_on,
)
from rune.tools.remote.api import get, next_cursor, post, put
from rune.wording import size_text

if TYPE_CHECKING:
    from forge_api import ChangeRequestsListQuery, ConversionsBeginQuery
    from forge_api.shapes import ConvertedForm, ModelConversion

CONVERSION_SECONDS = 600.0
TREES: Final = "trees"
"""The form of decision trees."""
_ENDED_STATES = frozenset({"ready", "failed", "needs"})


@dataclass(frozen=True)
class FormRow:
    """A form of the model beside the float one. Sizes are in bytes, `signal` is in decibels."""

    number: int
    form: str
    size: int
    arena: int | None
    """RAM of the network, or None if it cannot be compiled."""
    signal: float | None
    """Signal to noise of the output against the float model; 200 is the same."""
    changed: int
    """Samples with another answer than the float model's, of `samples`."""
    samples: int
    refusal: str
    """The reason why it was not converted, or ""."""
    calibrated_on: str = ""
    """`samples` or `random numbers`, on which the ranges of an int8 or int16 form were measured; "" without ranges."""
    judged_on: str = SAMPLES
    """`samples` or `random numbers`, on which the figures were measured."""


@dataclass(frozen=True)
class ModelFigures:
    """The result of a model's conversion: a row for each form. In a notebook it shows itself as a table."""

    source: str
    path: str
    """The file of the project that the model became."""
    chosen: str
    """The form that is used."""
    rows: Sequence[FormRow]
    page: str
    """The address of the conversion on the server, or "" without one."""

    def row(self, form: str | None = None) -> FormRow:
        """The row of a form, by default of the chosen one. Raises `KeyError`."""
        name = form or self.chosen
        for row in self.rows:
            if row.form == name:
                return row
        raise KeyError(name)

    def __repr__(self) -> str:
        lines = [f"{self.source} as {self.path}: {self.chosen}"]
        lines += [
            f"{'*' if row.form == self.chosen else ' '} {row.form:12} {_size(row.size):>10}  "
            f"RAM {_size(row.arena):>10}  {_signal(row)}  {row.refusal or _answers(row)}"
            for row in self.rows
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Returns the HTML that notebooks show."""
        cells = "".join(
            f"<tr{' style=font-weight:bold' if row.form == self.chosen else ''}><td>{html.escape(row.form)}</td>"
            f"<td>{_size(row.size)}</td><td>{_size(row.arena)}</td><td>{_signal(row)}</td>"
            f"<td>{html.escape(row.refusal or _answers(row))}</td></tr>"
            for row in self.rows
        )
        head = "<tr><th>Form</th><th>Size</th><th>RAM</th><th>Signal to noise</th><th>Answers</th></tr>"
        url = html.escape(self.page, quote=True)
        link = f' <a href="{url}" target="_blank" rel="noopener">Open on the server</a>' if self.page else ""
        return f"<table>{head}{cells}</table><p>{html.escape(self.source)} as {html.escape(self.path)}.{link}</p>"


def sample_bytes(samples: Any) -> bytes:
    """The bytes of a file of samples, of its path, an array with one sample or many, or a dictionary with an array for
    each input."""
    if isinstance(samples, str | PathLike):
        return file_bytes(samples)
    import numpy as np

    file = io.BytesIO()
    try:
        if isinstance(samples, Mapping):
            np.savez(file, allow_pickle=False, **{name: np.asarray(each) for name, each in samples.items()})
        else:
            np.save(file, np.asarray(samples), allow_pickle=False)
    except (TypeError, ValueError) as error:
        message = f"The samples are not arrays of numbers: {error}"
        raise HmrError("samples-refused", message) from None
    return file.getvalue()


def file_bytes(path: str | PathLike[str]) -> bytes:
    """The bytes of a file of the caller. Raises `HmrError`."""
    try:
        return Path(fspath(path)).read_bytes()
    except OSError as error:
        raise HmrError("not-there", f"{path} cannot be read: {error.strerror}.") from None


def model_bytes(model: Any) -> tuple[str, bytes]:
    """The file name and the bytes of a model: a path, or an object that saves itself as Keras models do."""
    if isinstance(model, str | PathLike):
        return Path(fspath(model)).name, file_bytes(model)
    save = getattr(model, "save", None)
    if save is None:
        message = f"A {type(model).__name__} is neither the path of a model nor a Keras model."
        raise HmrError("model-refused", message)
    name = f"{getattr(model, 'name', '') or 'model'}.keras"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "model.keras"
        save(target)
        return name, target.read_bytes()


@reads_answers
def convert(server: ProjectServer, name: str, data: bytes, samples: bytes | None, seconds: float) -> ModelConversion:
    """The conversion of a model, once all its forms are made. Ranges are measured on `samples`, a file, or else on the
    samples of the project. Raises `HmrError`."""
    query: ConversionsBeginQuery = {"file": name}
    if samples is not None:
        query["samples_follow"] = True
    upload = post("/projects/{organisation}/{name}/conversions", **server.names, query=query, content=data)
    conversion = server.ask(upload)
    if samples is not None:
        place: Final = "/projects/{organisation}/{name}/conversions/{conversion_id}/samples"
        server.ask(put(place, **server.names, conversion_id=conversion["id"], content=samples))
    address: Final = "/projects/{organisation}/{name}/conversions/{conversion_id}"
    request = get(address, **server.names, conversion_id=conversion["id"])
    row = server.wait(
        request, lambda answer: answer["state"] in _ENDED_STATES and _is_over(answer), seconds, "Converting"
    )
    need = row["needs"]
    if row["state"] == "needs" and need is not None:
        message = f"The server has to prepare {need['name']} first. An operator does that on {server.page}/models."
        raise HmrError("model-refused", message)
    if row["state"] == "failed":
        raise HmrError("model-refused", f"{name} was not converted: {row['error']}")
    return row


def chosen_form(row: ModelConversion, path: str | None, form: str | None) -> tuple[str, str]:
    """The file and the form that a conversion becomes, where a name is None: those of an int8 model, or of decision
    trees, which have no other form."""
    default_path, default_form = ("model.trees.json", TREES) if row.get("trees") else ("model.tflite", "int8")
    return path or default_path, form or default_form


@reads_answers
def figures_of(
    server: ProjectServer, row: ModelConversion, path: str, form: str, *, accepts_guess: bool = False
) -> ModelFigures:
    """The figures of a conversion, of which a form was chosen. Raises `HmrError` where it was not converted, and unless
    `accepts_guess` where it was calibrated on random numbers."""
    samples: Mapping[str, Any] = row["samples"] or {}
    rows = [_row(each, samples) for each in row["forms"]]
    figures = ModelFigures(row["name"], path, form, rows, f"{server.page}/models/{row['id']}")
    require_form(figures, samples.get("reason") or "", accepts_guess=accepts_guess)
    return figures


def require_form(figures: ModelFigures, reason: str = "", *, accepts_guess: bool) -> None:
    """Raises `HmrError` unless the chosen form was made, and unless `accepts_guess` where it was calibrated on random
    numbers, for this reason."""
    form, source = figures.chosen, figures.source
    row = next((each for each in figures.rows if each.form == form), None)
    if row is None:
        names = ", ".join(each.form for each in figures.rows)
        raise HmrError("model-refused", f"{source} has no form {form}. It has {names}.")
    if row.refusal:
        raise HmrError("model-refused", f"{form} of {source} was not converted: {row.refusal}")
    if row.calibrated_on == RANDOM_NUMBERS and not accepts_guess:
        message = (
            f"{form} of {source} was {CALIBRATED_ON_RANDOM}: on your own data most answers can be wrong. {reason} "
            'Give arrays of the model\'s input with samples=, choose form="float32", or accept it with guess=True.'
        )
        raise HmrError("samples-missing", message.replace("  ", " "))


@reads_answers
def apply_form(server: ProjectServer, conversion: str, number: int, path: str) -> None:
    """Puts a form into the project, by a change request that is merged where the project's rules allow it. Raises
    `HmrError`, `change-waits` where somebody has to approve it."""
    address: Final = "/projects/{organisation}/{name}/conversions/{conversion_id}/forms/{number}/apply"
    request = post(address, **server.names, conversion_id=conversion, number=number, body={"path": path})
    try:
        application = server.ask(request)
    except HmrError as error:
        if "is this form already" in str(error):
            return
        raise
    change = _change_request(server, application["number"])
    merge(server, change, application["number"], f"{server.address}{application['url']}")


def _change_request(server: ProjectServer, number: int) -> str:
    """The id of a change request. Asks for a page of the list at a time."""
    query: ChangeRequestsListQuery = {"limit": 200}
    while True:
        page = server.ask(get("/projects/{organisation}/{name}/change-requests", **server.names, query=query))
        for row in page["results"]:
            if row["number"] == number:
                return row["id"]
        cursor = next_cursor(page["next"])
        if cursor is None:
            raise HmrError("not-there", f"{server.full_name} has no change request {number}.")
        query["cursor"] = cursor


@reads_answers
def merge(server: ProjectServer, change: str, number: int, url: str) -> None:
    """Builds the result of a change request and merges it. Raises `HmrError`."""
    change_request = get("/change-requests/{change_id}", change_id=change)
    change_build = server.ask(
        post("/change-requests/{change_id}/builds", change_id=change, etag=server.state(change_request))
    )
    if change_build["build"] is None:
        raise HmrError("change-waits", f"The model is in change request {number}, which cannot be built. {url}")
    wait_for_build(server, change_build["build"], BUILD_SECONDS)
    try:
        server.ask(post("/change-requests/{change_id}/merge", change_id=change, etag=server.state(change_request)))
    except HmrError as error:
        if error.name != "refused":
            raise
        message = f"The model is in change request {number}, which is not merged. {error} {url}"
        raise HmrError("change-waits", message) from None


def _is_over(answer: ModelConversion) -> bool:
    """Returns whether no job adds to a conversion any more: each form has its figures, or the reason why there are
    none. Decision trees have one form, without figures."""
    if answer["state"] != "ready" or answer.get("trees"):
        return True
    return all(form["figures"] or form["refusal"] for form in answer["forms"])


def _row(form: ConvertedForm, samples: Mapping[str, Any]) -> FormRow:
    figures = form["figures"]
    return FormRow(
        form["number"],
        form["form"],
        form["size"],
        None if figures is None else figures["arena"],
        None if figures is None else figures["output"],
        0 if figures is None else figures["changed"],
        0 if figures is None else figures["samples"],
        form["refusal"],
        calibrated_on(samples, is_static=form["form"] in STATIC_FORMS),
        judged_on(samples),
    )


def _size(size: int | None) -> str:
    return "-" if size is None else size_text(size)


def _signal(row: FormRow) -> str:
    return "-" if row.signal is None else f"{row.signal:.0f} dB"


def _answers(row: FormRow) -> str:
    if not row.samples:
        return ""
    judging = " random inputs" if row.judged_on == RANDOM_NUMBERS else ""
    warning = f", {CALIBRATED_ON_RANDOM}" if row.calibrated_on == RANDOM_NUMBERS else ""
    return f"{row.changed} of {row.samples}{judging} changed{warning}"
