"""The resources of a Runefile: who uses them, and what they hold. Files are read at most once."""

from __future__ import annotations

import json
import re
from functools import cached_property

from rune.blocks.signature import HostText
from rune.project.files import FileError, FileMissing, FileNotInProject, ProjectFiles, normal_path
from rune.project.folders import folder_path
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Span
from rune.source.runefile.host_resources import HostResourceOptions
from rune.source.runefile.pipeline import Resource
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ResourceSyntax, RunefileSyntax, Word
from rune.wording import plain, quoted

_LIKENESS = 0.75
"""How alike two paths must be for one to be offered in place of the other: another model is no correction."""
_PLAIN_PATH = re.compile(r"[\w./-]+\Z")


class Resources:
    """Answers what `$NAME` means. A resource that could not be read is reported once, and is None from then on."""

    def __init__(
        self,
        syntax: RunefileSyntax,
        files: ProjectFiles,
        report: DiagnosticReport,
        host: HostResourceOptions | None = None,
    ) -> None:
        self._files = files
        self._host = host or HostResourceOptions()
        self._start = syntax.pipeline_span
        self._report = report
        self._resources = {resource.name.text: resource for resource in syntax.resources}
        self._stage_names = {stage.name.text for stage in syntax.stages}
        self._texts: dict[str, str | None] = {}
        self._used_names: set[str] = set()

    def find(self, name: str, span: Span, *, of_model: bool = False) -> ResourceSyntax | None:
        """The resource of that name; reports one that is not there."""
        self._used_names.add(name)
        if name in self._resources:
            return self._resources[name]
        is_stage = name in self._stage_names
        if of_model and not is_stage:
            message = f"No definition for {quoted('$' + name)}"
        else:
            message = f"{quoted('$' + name)} is not a resource"
        notes = ["It is a stage."] if is_stage else []
        fixes: list[Fix] = []
        near = None if is_stage else self._report.nearest(name, self._resources)
        if near is not None:
            self._used_names.add(near)
            notes, fixes = [f"Did you mean `${near}`?"], [self._report.replace_name(span, name, near, f"${near}")]
        elif not is_stage:
            notes = [f"Declare it under `resources:`, as `{plain(name)}: {{path: ./file.txt}}`."]
        self._report.error(Code.UNKNOWN_RESOURCE, message, span, notes, fixes)
        return None

    def text(self, name: str, span: Span, why: str) -> str | None:
        """Returns the contents of a resource at build time; None when an error was reported.

        `why` says, as a sentence that follows a colon, what cannot do without it.
        """
        resource = self.find(name, span)
        if resource is None or not resource.is_sound:
            return None
        if not _has_default(resource):
            message = f"{quoted('$' + name)} has no content when the rune is built: {why}"
            notes = ["Give the resource a `path` or an `inline` text, or write the value here."]
            self._report.error(Code.RESOURCE_NO_SOURCE, message, span, notes)
            return None
        return self._default(resource)

    def format_text(self, name: str, span: Span, stage: str) -> str | None:
        """Returns the format that a resource declares for a stage's model; None when it was reported."""
        resource = self.find(name, span)
        if resource is None or not resource.is_sound:
            return None
        if resource.inline is not None:
            return resource.inline
        start = f"Invalid format for {quoted(stage)}: the resource {quoted(name)}"
        if resource.path is None:
            message = f"{start} has no content when the rune is built"
            self._report.error(Code.RESOURCE_NO_SOURCE, message, span, ["Write the format here."])
            return None
        data = self.file(resource.path.text, resource.path.span, name)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"{start} is not UTF-8 text: byte {error.start} does not fit"
            self._report.error(Code.WRONG_RESOURCE_TYPE, message, span)
            return None

    def long_text(self, name: str, span: Span) -> str | HostText | None:
        """Returns the text of a resource, or that the host provides it at the start; None when an error was found."""
        resource = self.find(name, span)
        if resource is None or not resource.is_sound:
            return None
        default = self._default(resource) if _has_default(resource) else None
        if _has_default(resource) and (default is None or not self._host.every):
            return default
        return HostText(name, self._host.text_capacity(name, default), default)

    def model_capacity(self, resource: ResourceSyntax) -> int | None:
        """Bytes to keep for a model that the host gives; None when the rune has its model."""
        if _has_default(resource) and not self._host.every:
            return None
        return self._host.model_capacity(resource.name.text)

    def _default(self, resource: ResourceSyntax) -> str | None:
        name = resource.name.text
        if name not in self._texts:
            self._texts[name] = self._read(resource)
        return self._texts[name]

    def _read(self, resource: ResourceSyntax) -> str | None:
        if resource.inline is not None:
            return resource.inline
        if resource.path is None:
            return None
        data = self.file(resource.path.text, resource.path.span, resource.name.text)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"The resource {quoted(resource.name.text)} is not UTF-8 text: byte {error.start} does not fit"
            self._report.error(Code.WRONG_RESOURCE_TYPE, message, resource.path.span)
            return None

    def is_folder(self, path: str) -> bool:
        """Returns whether the project has files below this path."""
        try:
            return folder_path(path) in self._folders
        except FileError:
            return False

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Every folder that a file of the project is in. Listing all files takes time: it is done once, if at all."""
        parents = (path.split("/")[:-1] for path in self._files.paths())
        return frozenset("/".join(parts[:depth]) for parts in parents for depth in range(1, len(parts) + 1))

    def is_there(self, path: str, span: Span, user: str) -> bool:
        """Returns whether a file or a folder is there to be carried along; reports what is not. Its bytes are not
        needed."""
        return self.is_folder(path) or self.file(path, span, user) is not None

    def file(self, path: str, span: Span, user: str) -> bytes | None:
        """A file of the project; reports one that cannot be read."""
        try:
            return self._files.read(path)
        except FileError as error:
            if self.is_folder(path):
                message = f"{quoted(path)} is a folder, and {quoted(user)} reads it as a text"
                notes = ["With `type: binary` a resource carries a folder as a zip."]
                self._report.error(Code.WRONG_RESOURCE_TYPE, message, span, notes)
                return None
            is_folder = path.endswith("/") and _is_inside(path.removesuffix("/"))
            why = FileMissing(path, "no such folder in the project") if is_folder else error
            report_unreadable(why, path, span, user, self._files, self._report)
            return None

    def check_rest(self, *, warn_of_unused: bool) -> None:
        """Warns of what nothing uses, and reads what nothing has read yet: a file that is missing breaks the build."""
        for name, resource in self._resources.items():
            if warn_of_unused and name not in self._used_names:
                message = f"Nothing uses the resource {quoted(name)}"
                self._report.warning(Code.UNUSED_RESOURCE, message, resource.name.span)
            if resource.path is not None and name not in self._texts:
                self._check_unread(resource, resource.path)
        for name in self._host.capacities:
            if name not in self._resources:
                message = f"The build was given a capacity for {quoted(name)}, which is not a resource"
                self._report.error(Code.UNKNOWN_RESOURCE, message, self._start)

    def _check_unread(self, resource: ResourceSyntax, path: Word) -> None:
        """A text is read like any other; a folder or a file that is carried along must be there."""
        if resource.is_binary:
            self.is_there(path.text, path.span, resource.name.text)
        else:
            self.file(path.text, path.span, resource.name.text)

    def checked_resources(self) -> tuple[Resource, ...]:
        """All resources, for the pipeline; only when there was no error."""
        return tuple(
            Resource(
                name,
                resource.inline,
                None if resource.path is None else folder_path(resource.path.text),
                resource.is_binary,
            )
            for name, resource in self._resources.items()
        )


def _is_inside(path: str) -> bool:
    try:
        return bool(normal_path(path))
    except FileNotInProject:
        return False


def _has_default(resource: ResourceSyntax) -> bool:
    return resource.inline is not None or resource.path is not None


def _nearest_file(path: str, files: ProjectFiles, report: DiagnosticReport) -> str | None:
    """The file of the same ending that was probably meant: the ending itself makes no two names alike."""
    stem, dot, ending = path.rpartition(".")
    if not dot:
        return report.nearest(path, files.paths(), likeness=_LIKENESS)
    stems = (each.removesuffix(dot + ending) for each in files.paths() if each.endswith(dot + ending))
    near = report.nearest(stem, stems, likeness=_LIKENESS)
    return None if near is None else near + dot + ending


def report_unreadable(
    error: FileError, path: str, span: Span, user: str, files: ProjectFiles, report: DiagnosticReport
) -> None:
    """Says which file cannot be read for whom, and which one may have been meant."""
    near = _nearest_file(path.removeprefix("./"), files, report)
    notes: list[str] = []
    fixes: list[Fix] = []
    if near is not None and near != path.removeprefix("./"):
        text = f"./{near}" if _PLAIN_PATH.match(near) else json.dumps(f"./{near}", ensure_ascii=False)
        notes, fixes = [f"Did you mean `./{plain(near)}`?"], [report.guess(span, text)]
    message = f"Unable to read {quoted(path)} for {quoted(user)}: {plain(error.reason, 300)}"
    report.error(Code.UNREADABLE_FILE, message, span, notes, fixes)
