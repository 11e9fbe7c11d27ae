"""A project on a server: conversions and builds run there, and deployments serve what was built."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from hmr.builds import BuiltRune, build
from hmr.data import pull
from hmr.deployments import SIGNING_SECONDS, DeployedRune, DeploymentKind, deploy, publish, signed_deployment
from hmr.errors import HmrError
from hmr.models import (
    ModelFigures,
    apply_form,
    chosen_form,
    convert,
    figures_of,
    file_bytes,
    model_bytes,
    sample_bytes,
)
from hmr.preview import Preview, make_preview
from hmr.reviews import RequestedReview, open_review
from hmr.server import ProjectServer
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.tools.remote.api import get, post, put

if TYPE_CHECKING:
    import rune

LARGEST_DATA: Final = 4 * 1024 * 1024 * 1024
_FILE: Final = "/projects/{organisation}/{name}/files/{path}"


class ServerBackEnd:
    """A project of a server. It has the form of `hmr.back_end.BackEnd`."""

    def __init__(self, server: ProjectServer, runefile: str | PathLike[str] | None) -> None:
        """Makes the project where it is not there, and writes its Runefile if one is given. Raises `HmrError`."""
        self._server = server
        self.full_name = server.full_name
        self._current_build: BuiltRune | None = None
        self._find_or_make()
        if runefile is not None:
            self._write(DEFAULT_RUNEFILE, file_bytes(runefile))

    @property
    def page(self) -> str:
        """The address of the project's page."""
        return self._server.page

    def get_data(self, version: int | None) -> rune.DataSet:
        """Fetches the samples of a version."""
        return pull(self._server, version, LARGEST_DATA)

    def set_model(
        self, model: Any, *, samples: Any, guess: bool, path: str | None, form: str | None, seconds: float
    ) -> ModelFigures:
        """Converts a model on the server, and puts it into the project by a change request."""
        name, data = model_bytes(model)
        arrays = None if samples is None else sample_bytes(samples)
        row = convert(self._server, name, data, arrays, seconds)
        path, form = chosen_form(row, path, form)
        figures = figures_of(self._server, row, path, form, accepts_guess=guess)
        apply_form(self._server, row["id"], figures.row().number, path)
        self._current_build = None
        return figures

    def build(self, seconds: float) -> BuiltRune:
        """Builds the project on the server."""
        self._current_build = build(self._server, seconds)
        return self._current_build

    def review(self, reviewers: Sequence[str], title: str, message: str, approvals: int) -> RequestedReview:
        """Asks members of the organisation."""
        return open_review(self._server, self._last_build(), reviewers, title, message, approvals)

    def deploy(
        self,
        version: str,
        *,
        title: str | None,
        kind: DeploymentKind | None,
        origins: Collection[str],
        seconds: float | None,
    ) -> DeployedRune:
        """Publishes the last build, and makes a deployment serve it."""
        publish(self._server, self._last_build(), version)
        deployed_rune = deploy(self._server, version, title or "Website", kind or "web", origins)
        return signed_deployment(self._server, deployed_rune, SIGNING_SECONDS if seconds is None else seconds)

    def preview(self) -> Preview:
        """Serves the last build by the deployment of previews."""
        return make_preview(self._server, self._last_build())

    def _last_build(self) -> BuiltRune:
        if self._current_build is None:
            raise HmrError("build-failed", "Nothing is built yet. Call build() first.")
        return self._current_build

    def _find_or_make(self) -> None:
        server = self._server
        try:
            server.ask(get("/projects/{organisation}/{name}", **server.names))
        except HmrError as error:
            if error.name != "not-there":
                raise
            server.ask(post("/projects", body={"organisation": server.organisation, "name": server.project}))

    def _write(self, path: str, data: bytes) -> None:
        server = self._server
        state_request = get(_FILE, **server.names, path=path)
        etag = server.run(lambda: server.data.file_state(state_request))
        server.ask(put(_FILE, **server.names, path=path, content=data, etag=etag))
