"""A project during editing: its changing files, and cached results about them.

A file may be given as text, as bytes, or as what is known of it: a browser never needs a model's megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.compiler.blocks.mounted import is_mounted
from rune.compiler.blocks.resolver import BlockResolver
from rune.model.tflite import ModelError, ModelSignature, describe, from_json, read_model
from rune.model.tflite import signature as signature_of
from rune.project.files import FileMissing, MemoryFiles, ProjectFiles, SizedFiles, normal_path
from rune.source.language.analysis import Analysis, analyse
from rune.source.language.requests import BadRequest, bytes_of, path_of, text_of, whole_number_of
from rune.source.runefile import runefile_in


@dataclass(frozen=True)
class GivenFile:
    """What is known of a file. Without `data` only its size is; `signature` or `refusal` says what a model is."""

    data: bytes | None
    size: int
    signature: ModelSignature | None = None
    refusal: str | None = None
    description: Mapping[str, object] | None = None


class Session:
    """Holds a project's files and answers with the same analysis until one of them changes.

    `blocks` finds the proc-blocks. `files` are read when they are needed; what `update` puts in stands before them.
    """

    def __init__(self, blocks: BlockResolver, files: ProjectFiles | None = None) -> None:
        self._blocks = blocks
        self._files: ProjectFiles = files if files is not None else MemoryFiles({})
        self._given: dict[str, GivenFile | None] = {}
        self._analyses: dict[str, Analysis] = {}
        self._signatures: dict[str, ModelSignature | ModelError] = {}

    def update(self, changes: Mapping[str, GivenFile | None], *, replace: bool = False) -> None:
        """Puts files in, or takes them away (None). With `replace` there are no others. Raises `FileNotInProject`."""
        before: Mapping[str, GivenFile | None] = {} if replace else self._given
        given = {**before, **{normal_path(path): file for path, file in changes.items()}}
        if given == self._given and not replace:
            return
        for path in {*given, *self._given}:
            if given.get(path) != self._given.get(path):
                self._signatures.pop(path, None)
        if replace:
            self._files = MemoryFiles({})
        self._given = given
        self._analyses.clear()

    def analysis(self, runefile: str | None = None) -> Analysis:
        """What is known of a Runefile of the project, by default its own."""
        path = runefile or runefile_in(self)
        if path not in self._analyses:
            self._analyses[path] = analyse(
                self, self._blocks, runefile=path, signatures=self._signature, descriptions=self._description
            )
        return self._analyses[path]

    def read(self, path: str) -> bytes:
        """The bytes of a file; none of one of which only the size is known."""
        path = normal_path(path)
        if path not in self._given:
            return self._files.read(path)
        return self._changed(path).data or b""

    def size(self, path: str) -> int:
        """The bytes that a file has."""
        path = normal_path(path)
        if path not in self._given:
            return self._files.size(path) if isinstance(self._files, SizedFiles) else len(self._files.read(path))
        return self._changed(path).size

    def paths(self) -> tuple[str, ...]:
        there = {path for path, given in self._given.items() if given is not None and not is_mounted(path)}
        return tuple(sorted({path for path in self._files.paths() if path not in self._given} | there))

    def _changed(self, path: str) -> GivenFile:
        given = self._given[path]
        if given is None:
            raise FileMissing(path, "no such file in the project")
        return given

    def _signature(self, path: str) -> ModelSignature:
        given = self._changed(path) if path in self._given else None
        if given is not None and given.refusal is not None:
            raise ModelError(given.refusal)
        if given is not None and given.signature is not None:
            return given.signature
        if path not in self._signatures:
            try:
                self._signatures[path] = signature_of(read_model(self.read(path)))
            except ModelError as error:
                self._signatures[path] = error
        found = self._signatures[path]
        if isinstance(found, ModelError):
            raise found
        return found

    def _description(self, path: str) -> Mapping[str, object] | None:
        given = self._changed(path) if path in self._given else None
        if given is not None and (given.description is not None or given.data is None):
            return given.description
        return describe(read_model(self.read(path)))


def _with(data: bytes) -> GivenFile:
    return GivenFile(data, len(data))


def files_from_json(value: Mapping[str, Any]) -> dict[str, GivenFile | None]:
    """The files of a request: `{path: {"text"} | {"base64"} | {"size", "model"} | null}`. Raises `BadRequest`."""
    return {path_of(path): None if given is None else _file_from_json(given) for path, given in value.items()}


def _file_from_json(value: object) -> GivenFile:
    if not isinstance(value, Mapping):
        raise BadRequest("a file must be an object or null")
    if "text" in value:
        return _with(text_of(value, "text").encode("utf-8", "replace"))
    if "base64" in value:
        return _with(bytes_of(text_of(value, "base64")))
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
