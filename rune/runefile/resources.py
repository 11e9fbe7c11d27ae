"""The resources of a Runefile: who uses them, and what they hold. Files are read at most once."""

from __future__ import annotations

import json
import re

from rune.files import FileError, ProjectFiles, normal_path
from rune.runefile.codes import Code
from rune.runefile.diagnostics import Fix, Span
from rune.runefile.pipeline import Resource
from rune.runefile.report import Report
from rune.runefile.syntax import ResourceSyntax, RunefileSyntax
from rune.wording import plain, quoted

_PLAIN_PATH = re.compile(r"[\w./-]+\Z")


class Resources:
    """Answers what `$NAME` means. A resource that could not be read was reported once and is None ever after."""

    def __init__(self, syntax: RunefileSyntax, files: ProjectFiles, report: Report) -> None:
        self._files = files
        self._report = report
        self._declared = {resource.name.text: resource for resource in syntax.resources}
        self._stage_names = {stage.name.text for stage in syntax.stages}
        self._texts: dict[str, str | None] = {}
        self._used: set[str] = set()

    def find(self, name: str, span: Span, *, of_model: bool = False) -> ResourceSyntax | None:
        """The resource of that name; reports one that is not there."""
        self._used.add(name)
        if name in self._declared:
            return self._declared[name]
        is_stage = name in self._stage_names
        if of_model and not is_stage:
            message = f"No definition for {quoted('$' + name)}"
        else:
            message = f"{quoted('$' + name)} is not a resource"
        notes = ["It is a stage."] if is_stage else []
        fixes: list[Fix] = []
        near = None if is_stage else self._report.nearest(name, self._declared)
        if near is not None:
            self._used.add(near)
            notes, fixes = [f"Did you mean `${near}`?"], [self._report.replace(span, f"${near}")]
        elif not is_stage:
            notes = [f"Declare it under `resources:`, as `{plain(name)}: {{path: ./file.txt}}`."]
        self._report.error(Code.UNKNOWN_RESOURCE, message, span, notes, fixes)
        return None

    def text(self, name: str, span: Span) -> str | None:
        """What a resource of type string says; None when it was reported."""
        resource = self.find(name, span)
        if resource is None:
            return None
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

    def file(self, path: str, span: Span, user: str) -> bytes | None:
        """A file of the project; reports one that cannot be read."""
        try:
            return self._files.read(path)
        except FileError as error:
            report_unreadable(error, path, span, user, self._files, self._report)
            return None

    def check_rest(self, *, warn_of_unused: bool) -> None:
        """Warns of what nothing uses, and reads what nothing has read yet: a file that is missing breaks the build."""
        for name, resource in self._declared.items():
            if warn_of_unused and name not in self._used:
                message = f"Nothing uses the resource {quoted(name)}"
                self._report.warning(Code.UNUSED_RESOURCE, message, resource.name.span)
            if resource.path is not None and name not in self._texts:
                self.file(resource.path.text, resource.path.span, name)

    def checked(self) -> tuple[Resource, ...]:
        """All resources, for the pipeline; only when there was no error."""
        return tuple(
            Resource(
                name,
                resource.inline,
                None if resource.path is None else normal_path(resource.path.text),
                resource.is_binary,
            )
            for name, resource in self._declared.items()
        )


def report_unreadable(error: FileError, path: str, span: Span, user: str, files: ProjectFiles, report: Report) -> None:
    """Says which file cannot be read for whom, and which one may have been meant."""
    ending = path.rpartition(".")[2]
    near = report.nearest(path.removeprefix("./"), (known for known in files.paths() if known.endswith(ending)))
    notes: list[str] = []
    fixes: list[Fix] = []
    if near is not None and near != path.removeprefix("./"):
        text = f"./{near}" if _PLAIN_PATH.match(near) else json.dumps(f"./{near}", ensure_ascii=False)
        notes, fixes = [f"Did you mean `./{plain(near)}`?"], [report.replace(span, text)]
    message = f"Unable to read {quoted(path)} for {quoted(user)}: {plain(error.reason)}"
    report.error(Code.UNREADABLE_FILE, message, span, notes, fixes)
