"""A job's files as the compiler's process sees them: texts, open descriptors, and what was read of a model."""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any

from rune.compiler.anvil.models.support import signature_with_support
from rune.model.tflite import ModelSignature, read_model
from rune.project.files import DEFAULT_FILE_LIMIT, FileMissing, FileTooLarge, normal_path
from rune.wording import size_text

NOT_STORED = "its contents are no longer stored"
MODEL_LIMIT = 16
"""Signatures that are remembered between jobs."""


class JobFiles:
    """A job's project: texts came with the job, other files as descriptors that can only be read."""

    def __init__(self, contents: Mapping[str, Mapping[str, Any]], descriptors: Sequence[int]) -> None:
        self._contents = {normal_path(path): content for path, content in contents.items()}
        self._descriptors = descriptors

    def without(self, paths: Collection[str]) -> JobFiles:
        """The same files without some of them."""
        remaining = {path: content for path, content in self._contents.items() if path not in paths}
        return JobFiles(remaining, self._descriptors)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        file = self._find(path)
        if isinstance(file, bytes):
            return file
        size = os.fstat(file).st_size
        if size > DEFAULT_FILE_LIMIT:
            raise FileTooLarge(path, f"{size_text(size)}, more than the limit of {size_text(DEFAULT_FILE_LIMIT)}")
        return read_descriptor(file)

    def open(self, path: str) -> IO[bytes]:
        """Opens a file that may be larger than `read` gives. Raises `FileError`."""
        file = self._find(path)
        if isinstance(file, bytes):
            return io.BytesIO(file)
        stream = os.fdopen(os.dup(file), "rb")
        stream.seek(0)
        return stream

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        file = self._find(path)
        return len(file) if isinstance(file, bytes) else os.fstat(file).st_size

    def _find(self, path: str) -> bytes | int:
        """A file's text, or the descriptor that it is read by. Raises `FileMissing`."""
        content = self._contents.get(normal_path(path))
        if content is None:
            raise FileMissing(path, "no such file in the project")
        if "text" in content:
            return str(content["text"]).encode("utf-8")
        if "descriptor" in content:
            return self._descriptors[int(content["descriptor"])]
        # A sample whose person took their consent back is gone from old versions too.
        raise FileMissing(path, NOT_STORED)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._contents))

    def digest(self, path: str) -> str | None:
        content = self._contents.get(normal_path(path))
        return None if content is None else content["digest"]


def read_descriptor(descriptor: int) -> bytes:
    """All bytes of an open file, wherever it was read up to before."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


class Signatures:
    """Signatures of models by digest: a preview looks at the same model again and again."""

    def __init__(self) -> None:
        self._signatures: dict[str, ModelSignature] = {}

    def of(self, files: JobFiles, path: str) -> ModelSignature:
        """The signature of a model. Raises `FileError` and `ModelError`."""
        digest = files.digest(path)
        if digest is None or digest not in self._signatures:
            signature = signature_with_support(read_model(files.read(path)))
            if digest is None:
                return signature
            if len(self._signatures) >= MODEL_LIMIT:
                self._signatures.pop(next(iter(self._signatures)))
            self._signatures[digest] = signature
        return self._signatures[digest]
