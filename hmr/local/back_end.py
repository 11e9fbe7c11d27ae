"""A project on this device: its toolchain builds it, and its daemon runs what was built."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from hmr.builds import BUILD_SECONDS, BuiltRune
from hmr.deployments import DeploymentKind
from hmr.errors import HmrError
from hmr.local.daemon import TRIAL_SECONDS, LocalDaemon
from hmr.local.models import converted_model, finished_model
from hmr.local.project import local_project
from hmr.local.recordings import read_recordings
from hmr.local.toolchain import build_rune
from hmr.models import ModelFigures
from hmr.preview import Preview
from hmr.reviews import RequestedReview
from hmr.running import RunningRune

if TYPE_CHECKING:
    import rune

_NEEDS_SERVER: Final = "Leave out device=, and name the server."


class LocalBackEnd:
    """A project of this device. It has the form of `hmr.back_end.BackEnd`."""

    def __init__(
        self, organisation: str, name: str, runefile: str | PathLike[str] | None, socket: str | PathLike[str] | None
    ) -> None:
        """Raises `HmrError`."""
        self._project = local_project(organisation, name, runefile)
        self._daemon = LocalDaemon(socket)
        self.full_name = self._project.full_name
        self._builds = 0
        self._current_build: BuiltRune | None = None

    @property
    def page(self) -> str:
        """The address of the project's folder."""
        return self._project.folder.as_uri()

    def get_data(self, version: int | None) -> rune.DataSet:
        """Reads what the daemon recorded and keeps."""
        if version is not None:
            raise HmrError("refused", "The recordings on a device have no versions. Call get_data() without one.")
        return read_recordings(self._daemon.recordings())

    def set_model(
        self, model: Any, *, samples: Any, guess: bool, path: str | None, form: str | None, seconds: float
    ) -> ModelFigures:
        """Writes a model into the folder, after converting it where it is not finished, or where a form is named."""
        figures = None if form else finished_model(self._project, model, path)
        if figures is None:
            figures = converted_model(self._project, model, samples, guess=guess, path=path, form=form, seconds=seconds)
        elif samples is not None:
            raise HmrError("samples-refused", "A finished model is used as it is. With samples, name its form=.")
        self._current_build = None
        return figures

    def build(self, _seconds: float, /) -> BuiltRune:
        """Builds the folder in this process, which takes as long as it takes."""
        build = build_rune(self._project.source, self._project.name)
        self._builds += 1
        size, arena = len(build.data), build.report.memory.arena
        self._current_build = BuiltRune(build.digest, self._builds, size, arena, None, self.page, build.data)
        return self._current_build

    def review(self, *_request: object) -> RequestedReview:
        """Raises `HmrError`: the members are on a server."""
        raise HmrError("server-needed", f"A device has no members who could review a build. {_NEEDS_SERVER}")

    def deploy(
        self,
        version: str,
        *,
        title: str | None,
        kind: DeploymentKind | None,
        origins: Collection[str],
        seconds: float | None,
    ) -> RunningRune:
        """Has the daemon run the last build, and waits until its health is confirmed."""
        if title is not None or kind is not None or origins:
            raise HmrError("refused", "A device runs the rune itself: title, kind and origins are for a server's apps.")
        status = self._daemon.rune_for(self._project.name)
        build = self._current_build or self.build(BUILD_SECONDS)
        digest = self._daemon.deploy(status.name, version, build.data)
        return self._daemon.wait(status, version, digest, TRIAL_SECONDS if seconds is None else seconds)

    def preview(self) -> Preview:
        """Raises `HmrError`: the link of a preview is a server's."""
        load = "build().load() runs the rune here."
        raise HmrError("server-needed", f"A device has no page to open on a phone; {load} {_NEEDS_SERVER}")
