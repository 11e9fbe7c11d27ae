"""The documents that an editor has open, as it last told, and the projects that they belong to."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from rune.blocks.resolver import BlockResolver
from rune.compiler.anvil.models.support import signature_with_support
from rune.compiler.building.block_cache import BlockCache, CachedFiles
from rune.editing.language import Analysis, analyse
from rune.editing.language.blocks.analysis import BlockAnalysis, analyse_block
from rune.editing.language.policy import PolicyAnalysis, analyse_policy
from rune.editing.language.positions import Utf16
from rune.model.tflite import ModelError, ModelSignature, read_model
from rune.project.files import FileError, FolderFiles, normal_path
from rune.project.repository import enclosing_repository
from rune.source.policy import POLICY_FILE
from rune.source.runefile import RUNEFILE_NAMES, runefile_in
from rune.source.runefile.source import SourceText

LANGUAGE = "runefile"
_NAME = re.compile(r"Runefile(?:[\w.-]*\.ya?ml)?\Z")
_MOST_FOLDERS = 4
"""How far above a block its Runefile is looked for."""
_PATHS_SECONDS = 5.0
"""How long a list of a folder's files is good; an editor may not tell when there are others."""


@dataclass(frozen=True)
class OpenDocument:
    """An open document. `path` is where it is saved."""

    uri: str
    path: Path
    text: str
    version: int | None
    language: str

    @property
    def is_runefile(self) -> bool:
        is_named = _NAME.match(self.path.name) is not None
        return not self.is_policy and (self.language == LANGUAGE or is_named)

    @property
    def is_policy(self) -> bool:
        return self.path.name == POLICY_FILE

    @property
    def is_block(self) -> bool:
        """Returns whether it may be a block in Python: a project's Runefile stands beside it, or above."""
        return self.path.suffix == ".py" and self.project_folder is not None

    @property
    def project_folder(self) -> Path | None:
        """The nearest folder with a Runefile, of the document's own and the few above it."""
        for folder in (self.path.parent, *self.path.parents[1:_MOST_FOLDERS]):
            if any((folder / name).is_file() for name in RUNEFILE_NAMES):
                return folder
        return None


def changed(text: str, changes: Sequence[types.TextDocumentContentChangeEvent]) -> str:
    """A text after the changes of one message, in their order."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            source = SourceText("", text)
            utf16 = Utf16(source)
            start = utf16.offset_at(change.range.start.line, change.range.start.character)
            end = utf16.offset_at(change.range.end.line, change.range.end.character)
            text = text[:start] + change.text + text[max(start, end) :]
        else:
            text = change.text
    return text


class Documents:
    """Knows the open documents, and what each says of its project until something changes."""

    def __init__(self, blocks: BlockResolver) -> None:
        self._blocks = blocks
        self._open: dict[str, OpenDocument] = {}
        self._analyses: dict[str, Analysis] = {}
        self._projects: dict[Path, _Project] = {}

    def open(self, item: types.TextDocumentItem) -> None:
        path = to_fs_path(item.uri)
        self._put(OpenDocument(item.uri, Path(path or item.uri), item.text, item.version, item.language_id))

    def change(self, uri: str, version: int | None, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Changes an open document; changes of others are ignored."""
        document = self._open.get(uri)
        if document is not None:
            self._put(OpenDocument(uri, document.path, changed(document.text, changes), version, document.language))

    def close(self, uri: str) -> None:
        self._open.pop(uri, None)
        self._analyses.clear()

    def files_changed(self) -> None:
        """Forgets what was read from disk."""
        self._analyses.clear()
        self._projects.clear()

    def concern(self, uris: Iterable[str]) -> bool:
        """Returns whether one of the files may belong to the project of an open document; hidden folders never do."""
        folders = [document.path.parent for document in (*self.runefiles(), *self.policies())]
        paths = [Path(path) for uri in uris if (path := to_fs_path(uri)) is not None]
        return any(
            path.is_relative_to(folder) and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            for path in paths
            for folder in folders
        )

    def runefiles(self) -> tuple[OpenDocument, ...]:
        """The open documents that are Runefiles."""
        return tuple(document for document in self._open.values() if document.is_runefile)

    def policies(self) -> tuple[OpenDocument, ...]:
        """The open documents that are a project's `forge.yml`."""
        return tuple(document for document in self._open.values() if document.is_policy)

    def get(self, uri: str) -> OpenDocument | None:
        """An open Runefile, `forge.yml` or block."""
        document = self._open.get(uri)
        is_known = document is not None and (document.is_runefile or document.is_policy or document.is_block)
        return document if is_known else None

    def block(self, document: OpenDocument) -> BlockAnalysis:
        """Returns the analysis of a block in Python, for the wires of the Runefile around it."""
        folder = document.project_folder or document.path.parent
        path = folder / runefile_in(FolderFiles(folder))
        runefile = OpenDocument(from_fs_path(str(path)) or path.as_uri(), path, "", None, LANGUAGE)
        return analyse_block(self.analysis(runefile), document.path.relative_to(folder).as_posix())

    def policy(self, document: OpenDocument) -> PolicyAnalysis:
        """Returns the analysis of a `forge.yml`, with the labels of the Runefile beside it."""
        files = self._files_of(document)
        path = document.path.parent / runefile_in(files)
        runefile = OpenDocument(from_fs_path(str(path)) or path.as_uri(), path, "", None, LANGUAGE)
        return analyse_policy(files, self.analysis(runefile).checked_runefile)

    def analysis(self, document: OpenDocument) -> Analysis:
        """Returns the analysis of a Runefile in its folder, with the unsaved texts of the folder's other documents."""
        if document.uri not in self._analyses:
            self._analyses[document.uri] = analyse(
                self._files_of(document),
                self._blocks,
                runefile=document.path.name,
                signatures=self._project_of(document).signature,
            )
        return self._analyses[document.uri]

    def _project_of(self, document: OpenDocument) -> _Project:
        folder = document.path.parent
        return self._projects.setdefault(folder, _Project(folder))

    def _files_of(self, document: OpenDocument) -> _OpenFiles:
        folder = document.path.parent
        texts = {other.path: other.text for other in self._open.values() if other.path.is_relative_to(folder)}
        texts_by_name = {path.relative_to(folder).as_posix(): text for path, text in texts.items()}
        return _OpenFiles(self._project_of(document), texts_by_name)

    def _put(self, document: OpenDocument) -> None:
        self._open[document.uri] = document
        self._analyses.clear()


def uri_of(document: OpenDocument, file: str) -> str:
    """The URI of a file of the document's project."""
    path = document.path.parent / file
    if path == document.path:
        return document.uri
    return from_fs_path(str(path)) or path.as_uri()


class _Project:
    """A folder on disk: the list of its files and its models' inputs and outputs, which cost something to find."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        repository = enclosing_repository(folder)
        folder_files = FolderFiles(folder, others=() if repository is None else (repository,))
        self.files = CachedFiles(folder_files, BlockCache())
        self._paths: tuple[str, ...] = ()
        self._listed_at = -_PATHS_SECONDS
        self._signatures: dict[str, tuple[tuple[int, int], ModelSignature | ModelError]] = {}

    def paths(self) -> tuple[str, ...]:
        now = time.monotonic()
        if now - self._listed_at > _PATHS_SECONDS:
            self._paths, self._listed_at = self.files.paths(), now
        return self._paths

    def signature(self, path: str) -> ModelSignature:
        """Reads a model again only when its file changed."""
        data: bytes | None = None
        try:
            status = (self._folder / normal_path(path)).stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            data, stamp = self.files.read(path), (0, 0)
        entry = self._signatures.get(path)
        if entry is None or entry[0] != stamp:
            entry = (stamp, _read(self.files.read(path) if data is None else data))
            self._signatures[path] = entry
        if isinstance(entry[1], ModelError):
            raise entry[1]
        return entry[1]


def _read(data: bytes) -> ModelSignature | ModelError:
    try:
        return signature_with_support(read_model(data))
    except ModelError as error:
        return error


class _OpenFiles:
    """A project's files, those that are open as the editor has them."""

    def __init__(self, project: _Project, texts: dict[str, str]) -> None:
        self._project = project
        self._texts = texts

    def read(self, path: str) -> bytes:
        text = self._texts.get(normal_path(path))
        return self._project.files.read(path) if text is None else text.encode("utf-8", "replace")

    def size(self, path: str) -> int:
        """Raises `FileError` as `read` does."""
        text = self._texts.get(normal_path(path))
        return self._project.files.size(path) if text is None else len(text.encode("utf-8", "replace"))

    def paths(self) -> tuple[str, ...]:
        try:
            paths = self._project.paths()
        except FileError:
            paths = ()
        return tuple(sorted({*paths, *self._texts}))
