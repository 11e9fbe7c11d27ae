"""Building a folder into a rune, in memory."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rune.compiler.anvil.errors import AnvilError
from rune.compiler.building.block_cache import BlockCache, CachedFiles
from rune.compiler.building.building import build as build_files
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildReport
from rune.project.files import FileError, FolderFiles, ProjectFiles
from rune.running.runtime import Limits
from rune.source.runefile import Diagnostic, HostResourceOptions, Severity, draw
from rune.source.runefile.find import runefile_in
from rune.tools.api.errors import BuildError
from rune.tools.api.loading import Rune, load


def build(
    folder: str | os.PathLike[str],
    *,
    name: str | None = None,
    host_models: bool = False,
    host_resources: Mapping[str, int] | None = None,
) -> Build:
    """The rune of a project: a folder, or its Runefile. Nothing is written; the same files give the same bytes.

    `name` is the folder's unless given. With `host_models` no model is compiled: the machine that runs the rune runs
    them. `host_resources` are the most bytes of resources that the host gives, by name. Raises `BuildError`, whose text
    draws each problem, and `FileNotFoundError` where there is no such folder.
    """
    path = Path(folder)
    path.stat()
    root = path if path.is_dir() else path.parent
    files = CachedFiles(FolderFiles(root), BlockCache())
    runefile = runefile_in(files) if path.is_dir() else path.name
    resources = HostResourceOptions(every=False, capacities=dict(host_resources)) if host_resources else None
    try:
        result = build_files(
            files,
            BuildOptions(
                name or root.resolve().name or "rune",
                runefile=runefile,
                host_models=host_models,
                host_resources=resources,
            ),
        )
    except BuildFailed as failure:
        raise _error(failure.diagnostics, files, root) from None
    except AnvilError as error:
        raise BuildError(f"{root} cannot be compiled: {error}") from error
    return Build(result.rune, result.report, result.diagnostics)


@dataclass(frozen=True)
class Build:
    """A rune that was built. `report` says how large it is, what memory it needs and how its models run."""

    data: bytes = field(repr=False)
    """The bytes of the `.rune` file."""
    report: BuildReport = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)
    """Warnings that came with it."""

    @property
    def name(self) -> str:
        """The name of the rune."""
        return self.report.name

    @property
    def digest(self) -> str:
        """`sha256:` and the digest of the bytes."""
        return self.report.digest

    def save(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Writes the rune and gives the path: `name.rune` here, or in the folder that is given. Raises `OSError`."""
        target = Path(path) if path is not None else Path()
        if target.is_dir():
            target /= f"{self.name}.rune"
        target.write_bytes(self.data)
        return target

    def load(
        self,
        *,
        limits: Limits | None = None,
        resources: Mapping[str, bytes | str] | None = None,
        seed: int | None = None,
    ) -> Rune:
        """The rune, ready to be called; as `rune.load`."""
        return load(self.data, limits=limits, resources=resources, seed=seed)

    def __repr__(self) -> str:
        return f"<Build {self.name}: {len(self.data):,} bytes, {self.report.memory.planned:,} bytes of memory>"

    def _repr_html_(self) -> str:
        rows = [
            ("rune", f"{len(self.data):,} bytes"),
            ("memory", f"{self.report.memory.planned:,} bytes"),
            *((f"model {model.stage}", f"{model.file or 'given'}: {model.runs}") for model in self.report.models),
            *(("warning", diagnostic.message) for diagnostic in self.diagnostics),
        ]
        cells = "".join(f"<tr><th>{html.escape(key)}</th><td>{html.escape(value)}</td></tr>" for key, value in rows)
        return f"<table><caption><b>{html.escape(self.name)}</b></caption><tbody>{cells}</tbody></table>"


def _error(diagnostics: tuple[Diagnostic, ...], files: ProjectFiles, root: Path) -> BuildError:
    sources = {}
    for path in {diagnostic.file for diagnostic in diagnostics}:
        try:
            sources[path] = files.read(path).decode("utf-8", "replace")
        except FileError:
            sources[path] = ""
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    problems = "a problem" if count == 1 else f"{count} problems"
    return BuildError(f"{root} has {problems}.", diagnostics, draw(diagnostics, sources, colour=False))
