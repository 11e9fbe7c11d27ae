"""A project while it is being edited: its files as they change, and what was found out about them, kept until they do.

A file may be given as text, as bytes, or as what is known of it: a browser never needs a model's megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.files import FileMissing, ProjectFiles, normal_path
from rune.language.analysis import Analysis, analyse
from rune.language.requests import BadRequest, bytes_of, path_of, text_of, whole_number_of
from rune.runefile import runefile_in
from rune.tflite import ModelError, ModelSignature, describe, from_json, read_model
from rune.tflite import signature as signature_of
from rune.tflite.signature import Json


@dataclass(frozen=True)
class GivenFile:
    """What is known of a file. Without `data` only its size is; `signature` or `refusal` says what a model is."""

    data: bytes | None
    size: int
    signature: ModelSignature | None = None
    refusal: str | None = None
    description: Mapping[str, Json] | None = None


class Session:
    """Holds a project's files and answers with the same analysis until one of them changes."""

    def __init__(self, files: ProjectFiles | None = None) -> None:
        self._files: dict[str, GivenFile] = {}
        self._analyses: dict[str, Analysis] = {}
        self._signatures: dict[str, ModelSignature | ModelError] = {}
        if files is not None:
            self._files = {path: _given(files.read(path)) for path in files.paths()}

    def update(self, changes: Mapping[str, GivenFile | None], *, replace: bool = False) -> None:
        """Puts files in, or takes them away (None). With `replace` those that are not named are taken away too."""
        before = {} if replace else dict(self._files)
        removed = set(self._files) - set(changes) if replace else set()
        for path, given in changes.items():
            path = normal_path(path)
            if given is None:
                before.pop(path, None)
            else:
                before[path] = given
            if given != self._files.get(path):
                removed.add(path)
        if not removed:
            return
        self._files = before
        self._analyses.clear()
        for path in removed:
            self._signatures.pop(path, None)

    def analysis(self, runefile: str | None = None) -> Analysis:
        """What is known of a Runefile of the project, by default its own."""
        path = runefile or runefile_in(self)
        if path not in self._analyses:
            self._analyses[path] = analyse(
                self, runefile=path, signatures=self._signature, descriptions=self._description
            )
        return self._analyses[path]

    def read(self, path: str) -> bytes:
        """The bytes of a file; none of one of which only the size is known."""
        return self._given(path).data or b""

    def size(self, path: str) -> int:
        """The bytes that a file has."""
        return self._given(path).size

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def _given(self, path: str) -> GivenFile:
        given = self._files.get(normal_path(path))
        if given is None:
            raise FileMissing(path, "no such file in the project")
        return given

    def _signature(self, path: str) -> ModelSignature:
        given = self._given(path)
        if given.refusal is not None:
            raise ModelError(given.refusal)
        if given.signature is not None:
            return given.signature
        if path not in self._signatures:
            try:
                self._signatures[path] = signature_of(read_model(given.data or b""))
            except ModelError as error:
                self._signatures[path] = error
        found = self._signatures[path]
        if isinstance(found, ModelError):
            raise found
        return found

    def _description(self, path: str) -> Mapping[str, Json] | None:
        given = self._given(path)
        if given.description is not None or given.data is None:
            return given.description
        return describe(read_model(given.data))


def _given(data: bytes) -> GivenFile:
    return GivenFile(data, len(data))


def files_from_json(value: Mapping[str, Any]) -> dict[str, GivenFile | None]:
    """The files of a request: `{path: {"text"} | {"base64"} | {"size", "model"} | null}`. Raises `BadRequest`."""
    return {path_of(path): None if given is None else _file_from_json(given) for path, given in value.items()}


def _file_from_json(value: object) -> GivenFile:
    if not isinstance(value, Mapping):
        raise BadRequest("a file must be an object or null")
    if "text" in value:
        return _given(text_of(value, "text").encode("utf-8", "replace"))
    if "base64" in value:
        return _given(bytes_of(text_of(value, "base64")))
    size = whole_number_of(value, "size")
    model = value.get("model")
    if model is None:
        return GivenFile(None, size)
    if not isinstance(model, Mapping):
        raise BadRequest('"model" must be an object')
    if "refusal" in model:
        return GivenFile(None, size, refusal=text_of(model, "refusal"))
    try:
        signature = from_json(model.get("signature"))
    except ModelError as error:
        raise BadRequest(str(error)) from None
    description = model.get("description")
    if description is not None and not isinstance(description, Mapping):
        raise BadRequest('"description" must be an object')
    return GivenFile(None, size, signature, description=description)
