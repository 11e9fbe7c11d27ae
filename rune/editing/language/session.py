"""A project during editing: its changing files, and cached results about them.

A file may be given as text, as bytes, or as what is known of it: a browser never needs a model's megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.blocks.mounts import is_mounted
from rune.blocks.resolver import BlockResolver
from rune.editing.language.facts.analysis import Analysis, analyse
from rune.editing.language.requests import BadLanguageRequest, bytes_of, path_of, text_of, whole_number_of
from rune.model.tflite import ModelError, ModelSignature, describe, from_json, read_model
from rune.model.tflite import signature as signature_of
from rune.project.files import FileMissing, MemoryFiles, ProjectFiles, SizedFiles, normal_path
from rune.source.runefile import runefile_in


@dataclass(frozen=True)
class ClientFile:
    """The known facts of a file. Without `data` only its size is known; `signature` or `refusal` describe a model."""

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
        self._client_files: dict[str, ClientFile | None] = {}
        self._analyses: dict[str, Analysis] = {}
        self._signatures: dict[str, ModelSignature | ModelError] = {}

    def update(self, changes: Mapping[str, ClientFile | None], *, replace: bool = False) -> None:
        """Puts files in, or takes them away (None). With `replace` there are no others. Raises `FileNotInProject`."""
        before: Mapping[str, ClientFile | None] = {} if replace else self._client_files
        files = {**before, **{normal_path(path): file for path, file in changes.items()}}
        if files == self._client_files and not replace:
            return
        for path in {*files, *self._client_files}:
            if files.get(path) != self._client_files.get(path):
                self._signatures.pop(path, None)
        if replace:
            self._files = MemoryFiles({})
        self._client_files = files
        self._analyses.clear()

    def analysis(self, runefile: str | None = None) -> Analysis:
        """Returns the analysis of a Runefile of the project, by default its own."""
        path = runefile or runefile_in(self)
        if path not in self._analyses:
            self._analyses[path] = analyse(
                self, self._blocks, runefile=path, signatures=self._signature, descriptions=self._description
            )
        return self._analyses[path]

    def read(self, path: str) -> bytes:
        """The bytes of a file; none of one of which only the size is known."""
        path = normal_path(path)
        if path not in self._client_files:
            return self._files.read(path)
        return self._client_file(path).data or b""

    def size(self, path: str) -> int:
        """The bytes that a file has."""
        path = normal_path(path)
        if path not in self._client_files:
            return self._files.size(path) if isinstance(self._files, SizedFiles) else len(self._files.read(path))
        return self._client_file(path).size

    def paths(self) -> tuple[str, ...]:
        there = {path for path, file in self._client_files.items() if file is not None and not is_mounted(path)}
        return tuple(sorted({path for path in self._files.paths() if path not in self._client_files} | there))

    def _client_file(self, path: str) -> ClientFile:
        file = self._client_files[path]
        if file is None:
            raise FileMissing(path, "no such file in the project")
        return file

    def _signature(self, path: str) -> ModelSignature:
        file = self._client_file(path) if path in self._client_files else None
        if file is not None and file.refusal is not None:
            raise ModelError(file.refusal)
        if file is not None and file.signature is not None:
            return file.signature
        if path not in self._signatures:
            try:
                self._signatures[path] = signature_of(read_model(self.read(path)))
            except ModelError as error:
                self._signatures[path] = error
        signature = self._signatures[path]
        if isinstance(signature, ModelError):
            raise signature
        return signature

    def _description(self, path: str) -> Mapping[str, object] | None:
        file = self._client_file(path) if path in self._client_files else None
        if file is not None and (file.description is not None or file.data is None):
            return file.description
        return describe(read_model(self.read(path)))


def _with(data: bytes) -> ClientFile:
    return ClientFile(data, len(data))


def files_from_json(value: Mapping[str, Any]) -> dict[str, ClientFile | None]:
    """The files of a request, `{path: {"text"} | {"base64"} | {"size", "model"} | null}`.

    Raises `BadLanguageRequest`.
    """
    return {path_of(path): None if item is None else _file_from_json(item) for path, item in value.items()}


def _file_from_json(value: object) -> ClientFile:
    if not isinstance(value, Mapping):
        raise BadLanguageRequest("a file must be an object or null")
    if "text" in value:
        return _with(text_of(value, "text").encode("utf-8", "replace"))
    if "base64" in value:
        return _with(bytes_of(text_of(value, "base64")))
    size = whole_number_of(value, "size")
    model = value.get("model")
    if model is None:
        return ClientFile(None, size)
    if not isinstance(model, Mapping):
        raise BadLanguageRequest('"model" must be an object')
    if "refusal" in model:
        return ClientFile(None, size, refusal=text_of(model, "refusal"))
    try:
        signature = from_json(model.get("signature"))
    except ModelError as error:
        raise BadLanguageRequest(str(error)) from None
    description = model.get("description")
    if description is not None and not isinstance(description, Mapping):
        raise BadLanguageRequest('"description" must be an object')
    return ClientFile(None, size, signature, description=description)
