"""Beginning projects, and editing their texts."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress

from pydantic import Field

from rune.project.files import FileError, normal_path
from rune.source.templates import Template, list_templates
from rune.tools.cli.agents.tools.reading import ProjectPlace, file_row, file_rows, problems_of, text_of
from rune.tools.cli.agents.workspace import FolderCall, FolderProject
from rune.tools.mcp.declarations import NoArguments, ToolAnswer, ToolArguments, ToolRefused, tool
from rune.tools.mcp.project_files import MOST_PROBLEMS, FileRow, ProjectProblem
from rune.tools.mcp.text_edits import EditAnswer, EditRefused, TextEdits, TextHasChanged, changed_paths, with_edits


class TemplateRow(ToolAnswer):
    """A template: a project that works."""

    name: str
    title: str
    summary: str


class TemplatesAnswer(ToolAnswer):
    """All templates."""

    templates: list[TemplateRow]


class StartProject(ToolArguments):
    """A template, and the folder that gets a copy of it."""

    project: str = ProjectPlace
    template: str = Field(description="the name of a template; `find_templates` lists them")


class StartedProject(ToolAnswer):
    """The files of the new project, and what is wrong with them."""

    files: list[FileRow]
    problems: list[ProjectProblem]
    can_be_built: bool


class EditFolder(TextEdits):
    """Edits of a project in the folder, carried out in their order; all of them or none."""

    project: str = ProjectPlace


@tool("find_templates", "Find templates")
def find_templates(_: FolderCall, __: NoArguments) -> TemplatesAnswer:
    """Lists the templates, with which `start_project` begins a project."""
    rows = [TemplateRow(name=each.name, title=each.title, summary=each.summary) for each in list_templates()]
    return TemplatesAnswer(templates=rows)


@tool("start_project", "Start a project", changes=True)
def start_project(call: FolderCall, arguments: StartProject) -> StartedProject:
    """Copies a template into a folder that has no file of the same path; nothing is replaced."""
    template = _template(arguments.template)
    workspace = call.workspace
    with workspace.writing:
        place = workspace.place(arguments.project)
        if place:
            workspace.make_folder(place)
        project = workspace.project(arguments.project)
        common_paths = sorted(set(template.paths) & set(project.own_files.paths()))
        if common_paths:
            raise ToolRefused("conflict", f"The folder has {', '.join(common_paths)} already. Choose another folder.")
        for path, data in template.contents():
            project.write(path, data)
    problems, can_be_built = problems_of(project)
    return StartedProject(files=file_rows(project), problems=problems[:MOST_PROBLEMS], can_be_built=can_be_built)


@tool("edit_draft", "Edit a project", changes=True)
def edit_draft(call: FolderCall, arguments: EditFolder) -> EditAnswer:
    """Edits text files of a project and checks the result; the folder itself is your draft. An edit whose `old` text is
    not there exactly once, or whose `digest` is another by now, is refused as `edit-conflict` and nothing is changed:
    read the file again."""
    project = call.workspace.project(arguments.project)
    with call.workspace.writing:
        edits = [each.model_copy(update={"path": normal_path(each.path)}) for each in arguments.edits]
        contents = _contents(project, {each.path for each in edits})
        rows = {path: file_row(path, data) for path, data in contents.items()}
        texts = {path: text for path, data in contents.items() if (text := text_of(data)) is not None}
        try:
            after = with_edits(texts, {path: each.digest for path, each in rows.items()}, edits)
        except TextHasChanged as error:
            raise ToolRefused("edit-conflict", str(error)) from error
        except EditRefused as error:
            raise ToolRefused("invalid", str(error)) from error
        changed = changed_paths(texts, after)
        for path in changed:
            _require_free(project, path, is_known=path in rows)
        for path in changed:
            if path in after:
                project.write(path, after[path].encode())
            else:
                project.remove(path)
    problems, can_be_built = problems_of(project)
    return EditAnswer(
        changed=[file_row(path, after[path].encode()) for path in changed if path in after],
        problems=problems[:MOST_PROBLEMS],
        can_be_built=can_be_built,
        page="",
    )


def _contents(project: FolderProject, paths: Collection[str]) -> dict[str, bytes]:
    """Returns the bytes of the files that are there and may be read, by their paths."""
    contents = {}
    for path in paths:
        with suppress(FileError):
            contents[path] = project.own_files.read(path)
    return contents


def _require_free(project: FolderProject, path: str, *, is_known: bool) -> None:
    """Raises `ToolRefused` for a path that is never written, or that has a file which tools do not read."""
    inside = project.require_writable(path)
    if not is_known and os.path.lexists(project.folder / inside):
        raise ToolRefused("forbidden", f"{path} is there, and no tool reads it.")


def _template(name: str) -> Template:
    templates = {each.name: each for each in list_templates()}
    if name not in templates:
        raise ToolRefused("not-found", f"There is no template {name}. There are: {', '.join(templates)}.")
    return templates[name]
