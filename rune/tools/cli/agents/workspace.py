"""The folder in which an assistant works: its projects, and the builds of this session by their numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rune.assessment.evaluation.evaluation import Evaluation
from rune.compiler.building.block_cache import BlockCache, CachedFiles
from rune.devices.boards.fit import Needs
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.project.write_no_follow import make_beneath, remove_beneath, write_beneath
from rune.running.runtime.measure import Measurement
from rune.source.runefile.find import runefile_in
from rune.tools.cli.agents.guarded_files import GuardedFiles, may_hold_secrets
from rune.tools.cli.files.project import ProjectOnDisk
from rune.tools.mcp.declarations import ToolRefused
from rune.tools.mcp.references import BASE
from rune.wording import quoted

MOST_BUILDS: Final = 20
"""Builds of a session that are kept, the newest."""


class CallCancelled(Exception):
    """The assistant cancelled the call."""


@dataclass(frozen=True)
class FolderProject:
    """A project in the folder; `place` is its path below it, `.` for the folder itself."""

    place: str
    folder: Path
    own_files: GuardedFiles

    @property
    def name(self) -> str:
        """The name of its runes."""
        return self.folder.name or "rune"

    @property
    def files(self) -> ProjectFiles:
        """The files, with published blocks that were fetched before; nothing is fetched."""
        return CachedFiles(self.own_files, BlockCache())

    @property
    def runefile(self) -> str:
        """The path of its Runefile."""
        return runefile_in(self.own_files)

    @property
    def on_disk(self) -> ProjectOnDisk:
        """The project as commands know it."""
        return ProjectOnDisk(self.files, self.runefile, self.folder, self.name)

    def write(self, path: str, data: bytes) -> None:
        """Writes a file of the project. Raises `ToolRefused`."""
        inside = self.require_writable(path)
        try:
            write_beneath(self.folder, inside, data)
        except OSError as error:
            raise ToolRefused("not-written", f"{path} was not written: {error.strerror}.") from error

    def remove(self, path: str) -> None:
        """Removes a file of the project. Raises `ToolRefused`."""
        inside = self.require_writable(path)
        try:
            remove_beneath(self.folder, inside)
        except OSError as error:
            raise ToolRefused("not-written", f"{path} was not removed: {error.strerror}.") from error

    def require_writable(self, path: str) -> str:
        """Returns the normal path of a file. Raises `ToolRefused` for one that is never written, and `FileError`."""
        inside = normal_path(path)
        if may_hold_secrets(inside):
            raise ToolRefused("forbidden", f"{quoted(path)} is hidden or may hold a secret, and is not written.")
        return inside


@dataclass(frozen=True)
class TargetNeeds:
    """The needs of a build on a target; `reason` says why they were not measured, or why there are none."""

    target: str
    needs: Needs | None
    period: float | None
    reason: str | None


@dataclass(frozen=True)
class SessionBuild:
    """A build of this session. Without `rune` it failed, and `error` says why. `sample_numbers` are those of the
    samples that it was evaluated on, by their names."""

    number: int
    place: str
    rune: bytes | None
    error: str | None = None
    memory: int | None = None
    time: Measurement | None = None
    targets: tuple[TargetNeeds, ...] = ()
    evaluation: Evaluation | None = None
    sample_numbers: Mapping[str, int] = field(default_factory=dict)
    learned_note: str = ""


class Workspace:
    """A folder, and what one session did in it. Several threads may use it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.writing = threading.Lock()
        """A lock from reading texts until the changed ones are written."""
        self._builds: dict[int, SessionBuild] = {}
        self._last = 0
        self._lock = threading.Lock()

    def place(self, name: str) -> str:
        """Returns the normal path of a folder below this one; "" for this one. Raises `ToolRefused`."""
        if name in ("", "."):
            return ""
        try:
            inside = normal_path(name.rstrip("/"))
        except FileError as error:
            raise ToolRefused("not-found", f"{quoted(name)}: {error.reason}.") from error
        if may_hold_secrets(inside):
            raise ToolRefused("forbidden", f"{quoted(name)} is hidden or may hold a secret.")
        return inside

    def folder(self, name: str) -> Path:
        """Returns a folder or file of this folder, resolved. Raises `ToolRefused` where it is not there, or a link
        leads out of this folder."""
        place = self.place(name)
        target = (self.root / place).resolve()
        if not target.is_relative_to(self.root) or not target.exists():
            raise ToolRefused("not-found", f"There is no {quoted(name)} in this folder.")
        self.place(target.relative_to(self.root).as_posix())
        return target

    def make_folder(self, place: str) -> None:
        """Makes a folder below this one where it is missing. Raises `ToolRefused`."""
        try:
            make_beneath(self.root, place)
        except OSError as error:
            raise ToolRefused("not-written", f"{quoted(place)} was not made: {error.strerror}.") from error

    def project(self, name: str) -> FolderProject:
        """Returns a project. Raises `ToolRefused`."""
        folder = self.folder(name)
        if not folder.is_dir():
            raise ToolRefused("not-found", f"{quoted(name)} is no folder.")
        return FolderProject(folder.relative_to(self.root).as_posix(), folder, GuardedFiles(folder))

    def add_build(self, build: SessionBuild) -> SessionBuild:
        """Keeps a build under the next number, and returns it."""
        with self._lock:
            self._last += 1
            numbered = replace(build, number=self._last)
            self._builds[numbered.number] = numbered
            while len(self._builds) > MOST_BUILDS:
                del self._builds[min(self._builds)]
        return numbered

    def replace_build(self, build: SessionBuild) -> None:
        """Keeps what is known of a build by now."""
        with self._lock:
            self._builds[build.number] = build

    def build(self, number: int) -> SessionBuild:
        """Returns a build. Raises `ToolRefused`."""
        with self._lock:
            build = self._builds.get(number)
        if build is None:
            raise ToolRefused("not-found", f"There is no build {number} in this session. Build the project.")
        return build

    def rune_of(self, number: int) -> tuple[SessionBuild, bytes]:
        """Returns a build that has a rune. Raises `ToolRefused`."""
        build = self.build(number)
        if build.rune is None:
            raise ToolRefused("no-rune", f"Build {number} failed, and has no rune.")
        return build, build.rune


@dataclass(frozen=True)
class FolderCall:
    """A call of a tool. `report` takes a share from 0 to 1, and a sentence."""

    workspace: Workspace
    report: Callable[[float, str], None]
    """Tells the assistant how far the call is. Raises `CallCancelled`."""

    def note_read(self, summary: str) -> None:
        """Notes nothing: the folder belongs to the person, and no other reads in it are kept either."""

    def reference_address(self, page: str, place: str) -> str:
        """Returns the address of a place of a reference, for assistants."""
        return f"{BASE}/{page}#{place}"
