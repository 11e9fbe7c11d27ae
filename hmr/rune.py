"""A rune of a project, from its model to what phones and apps get."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hmr.builds import BUILD_SECONDS, BuiltRune, build
from hmr.deployments import SIGNING_SECONDS, DeployedRune, DeploymentKind, deploy, publish, signed_deployment
from hmr.errors import HmrError
from hmr.models import (
    CONVERSION_SECONDS,
    ModelFigures,
    apply_form,
    chosen_form,
    convert,
    figures_of,
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

_FILE: Final = "/projects/{organisation}/{name}/files/{path}"
LARGEST_DATA = 4 * 1024 * 1024 * 1024


class Rune:
    """The rune of a project on a server: `hmr.Rune("acme", "door-knock", "Runefile.yml", "1.0")`.

    `org` and `name` are the project, which is made where it is not there. `runefile` is the path of a Runefile, which
    becomes the project's, or None to use what the project has. `version` is the tag under which `deploy` publishes.
    `server` is the address of the server, by default that of the last `rune login`; the token is `token`, that of the
    variable HMR_TOKEN, or that of `rune login`. All methods raise `HmrError`.
    """

    def __init__(
        self,
        org: str,
        name: str,
        runefile: str | PathLike[str] | None = None,
        version: str = "latest",
        *,
        server: str | None = None,
        token: str | None = None,
    ) -> None:
        self.version = version
        self._server = ProjectServer(org, name, server, token)
        self._current_build: BuiltRune | None = None
        self._find_or_make()
        if runefile is not None:
            self._write(DEFAULT_RUNEFILE, _read(runefile))

    @property
    def page(self) -> str:
        """The address of the project's page."""
        return self._server.page

    def __repr__(self) -> str:
        return f"<hmr.Rune {self._server.full_name} {self.version}, {self.page}>"

    def get_data(self, version: int | None = None) -> rune.DataSet:
        """The samples of a version of the project's data, by default of the newest, as arrays (`rune.DataSet`).

        Samples whose consent ended are not among them. They are in a temporary folder, which is deleted with the
        result.
        """
        from hmr.data import pull

        return pull(self._server, version, LARGEST_DATA)

    def set_model(
        self,
        model: Any,
        *,
        samples: Any = None,
        guess: bool = False,
        path: str | None = None,
        form: str | None = None,
        seconds: float = CONVERSION_SECONDS,
    ) -> ModelFigures:
        """Converts a model on the server and uses it as the project's file `path`, by default `model.tflite`; returns
        the figures of all forms.

        `model` is a Keras model, or the path of a `.keras`, `.h5`, `.onnx` or float `.tflite` file. `form` is one of
        `float32`, `int8` and the others that the figures name; by default `int8`. Decision trees in an `.onnx` file
        become `model.trees.json`, in their only form `trees`. `samples` are arrays of the model's input in the layout
        of its source, such as a part of the training data: one array, a dictionary with an array for each input, or
        the path of an `.npy`, `.npz` or ZIP file. The ranges of an int8 or int16 form are measured on them, else on the
        samples of the project. Without either, such a form is refused as `samples-missing`, unless `guess` accepts one
        that was calibrated on random numbers. It waits at most so many seconds.
        """
        name, data = model_bytes(model)
        arrays = None if samples is None else sample_bytes(samples)
        row = convert(self._server, name, data, arrays, seconds)
        path, form = chosen_form(row, path, form)
        figures = figures_of(self._server, row, path, form, accepts_guess=guess)
        apply_form(self._server, row["id"], figures.row().number, path)
        self._current_build = None
        return figures

    def build(self, *, seconds: float = BUILD_SECONDS) -> BuiltRune:
        """Builds the project as it is now, and waits for the end."""
        self._current_build = build(self._server, seconds)
        return self._current_build

    def review(self, *reviewers: str, title: str = "", message: str = "", approvals: int = 1) -> RequestedReview:
        """Asks these members, by their email addresses or names, for a review of the last build."""
        return open_review(self._server, self._last_build(), reviewers, title, message, approvals)

    def deploy(
        self,
        title: str = "Website",
        *,
        kind: DeploymentKind = "web",
        origins: Collection[str] = (),
        seconds: float = SIGNING_SECONDS,
    ) -> DeployedRune:
        """Publishes the last build under the version, and makes the deployment of this title serve it.

        `kind` is `web`, `app` or `devices`, and `origins` are those of the pages that may use it. A deployment that is
        there keeps its kind, origins and keys; a new one gets a first key. It waits at most so many seconds until the
        server has signed that this version is the current one.
        """
        publish(self._server, self._last_build(), self.version)
        deployed_rune = deploy(self._server, self.version, title, kind, origins)
        return signed_deployment(self._server, deployed_rune, seconds)

    def preview(self) -> Preview:
        """The last build to try: in a notebook it shows itself, and its `url` opens on a phone."""
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


def _read(path: str | PathLike[str]) -> bytes:
    try:
        return Path(fspath(path)).read_bytes()
    except OSError as error:
        raise HmrError("not-there", f"{path} cannot be read: {error.strerror}.") from None
