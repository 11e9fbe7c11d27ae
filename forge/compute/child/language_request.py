"""Language service requests, answered in the compiler's process. Imports `rune` and never Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import TEXT_LIMIT, LanguageService
from rune.model.tflite import ModelError, ModelSignature
from rune.model.tflite.signature import to_json
from rune.project.files import ProjectFiles

SignatureOf = Callable[[str], ModelSignature]


class MeasuredFiles(ProjectFiles, Protocol):
    """Files of which the size is known without reading them."""

    def size(self, path: str) -> int: ...


def answer_request(files: MeasuredFiles, signature_of: SignatureOf, request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers a request of `rune.editing.language.service`. What it brings in `files` goes before the project's own."""
    service = LanguageService(PUBLISHED_BLOCKS)
    service.answer({"ask": "open", "files": {path: _file_facts(files, path, signature_of) for path in files.paths()}})
    return service.answer(request)


def _file_facts(files: MeasuredFiles, path: str, signature_of: SignatureOf) -> dict[str, Any]:
    size = files.size(path)
    if path.lower().endswith(".tflite"):
        try:
            return {"size": size, "model": {"signature": to_json(signature_of(path))}}
        except ModelError as error:
            return {"size": size, "model": {"refusal": str(error)}}
    if size > TEXT_LIMIT:
        return {"size": size}
    try:
        return {"text": files.read(path).decode("utf-8")}
    except UnicodeDecodeError:
        return {"size": size}
