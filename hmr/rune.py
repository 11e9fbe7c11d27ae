"""A rune of a project, from its model to what phones, apps and devices get."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from hmr.back_end import BackEnd
from hmr.builds import BUILD_SECONDS, BuiltRune
from hmr.deployments import DeployedRune, DeploymentKind
from hmr.errors import HmrError
from hmr.models import CONVERSION_SECONDS, ModelFigures
from hmr.preview import Preview
from hmr.reviews import RequestedReview
from hmr.running import RunningRune
from hmr.server import ProjectServer
from hmr.server_back_end import ServerBackEnd

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    import rune

    Deployed = TypeVar("Deployed", default=DeployedRune)
else:
    from typing import TypeVar

    Deployed = TypeVar("Deployed")  # Python below 3.13 knows no default; type checkers do.

LOCAL = "local"


class Rune(Generic[Deployed]):
    """The rune of a project: `hmr.Rune("acme", "door-knock", "Runefile.yml", "1.0")`.

    `org` and `name` are the project, which is made where it is not there. `runefile` is the path of a Runefile, which
    becomes the project's, or None to use what the project has. `version` is the tag under which `deploy` publishes.
    `server` is the address of the server, by default that of the last `rune login`; the token is `token`, that of the
    variable HMR_TOKEN, or that of `rune login`.

    With `device="local"` there is no server: the project is the folder of the Runefile, it is built on this machine,
    and the daemon `hmrd` of this machine runs it. `socket` is the daemon's, by default that of the variable
    HMRD_SOCKET, or /var/lib/hmrd/hmrd.sock. All methods raise `HmrError`.
    """

    @overload
    def __init__(
        self: Rune[DeployedRune],
        org: str,
        name: str,
        runefile: str | PathLike[str] | None = None,
        version: str = "latest",
        *,
        server: str | None = None,
        token: str | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self: Rune[RunningRune],
        org: str,
        name: str,
        runefile: str | PathLike[str] | None = None,
        version: str = "latest",
        *,
        device: Literal["local"],
        socket: str | PathLike[str] | None = None,
    ) -> None: ...

    def __init__(
        self,
        org: str,
        name: str,
        runefile: str | PathLike[str] | None = None,
        version: str = "latest",
        *,
        server: str | None = None,
        token: str | None = None,
        device: str | None = None,
        socket: str | PathLike[str] | None = None,
    ) -> None:
        self.version = version
        self._back_end: BackEnd[Deployed]
        if device is None:
            if socket is not None:
                raise HmrError("refused", 'socket is that of a device: pass device="local" with it.')
            self._back_end = _on_server(org, name, runefile, server, token)
        elif device != LOCAL:
            raise HmrError("refused", f'The device is "{LOCAL}", which is this machine, and not {device!r}.')
        elif server is not None or token is not None:
            raise HmrError("refused", f'With device="{LOCAL}" there is no server: leave out server and token.')
        else:
            self._back_end = _on_this_device(org, name, runefile, socket)

    @property
    def page(self) -> str:
        """The address of the project's page, or of its folder on the device."""
        return self._back_end.page

    def __repr__(self) -> str:
        return f"<hmr.Rune {self._back_end.full_name} {self.version}, {self.page}>"

    def get_data(self, version: int | None = None) -> rune.DataSet:
        """The samples of a version of the project's data, by default of the newest, as arrays (`rune.DataSet`).

        Samples whose consent ended are not among them. They are in a temporary folder, which is deleted with the
        result. On a device they are what `hmrd collect` recorded there, without versions, and are read where they are.
        """
        return self._back_end.get_data(version)

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

        On a device a `.tflite` or `.trees.json` file is used as it is, unless `form` is named. Anything else is
        converted by the toolchain of this machine, and ranges are measured on `samples` alone; `form="trees"` says that
        an `.onnx` file has decision trees.
        """
        return self._back_end.set_model(model, samples=samples, guess=guess, path=path, form=form, seconds=seconds)

    def build(self, *, seconds: float = BUILD_SECONDS) -> BuiltRune:
        """Builds the project as it is now, and waits for the end, on a server at most so many seconds."""
        return self._back_end.build(seconds)

    def review(self, *reviewers: str, title: str = "", message: str = "", approvals: int = 1) -> RequestedReview:
        """Asks these members, by their email addresses or names, for a review of the last build."""
        return self._back_end.review(reviewers, title, message, approvals)

    def deploy(
        self,
        title: str | None = None,
        *,
        kind: DeploymentKind | None = None,
        origins: Collection[str] = (),
        seconds: float | None = None,
    ) -> Deployed:
        """Publishes the last build under the version, and makes the deployment of this title serve it.

        `title` is by default `Website`, `kind` is `web` (the default), `app` or `devices`, and `origins` are those of
        the pages that may use it. A deployment that is there keeps its kind, origins and keys; a new one gets a first
        key. It waits at most so many seconds, by default a minute, until the server has signed that this version is the
        current one.

        On a device, which has no titles, kinds and origins, it builds the project if that was not done, has the daemon
        run it, and waits until the daemon confirmed its health, by default at most five minutes. Where the daemon goes
        back to the rune before, the error `rune-refused` says why.
        """
        return self._back_end.deploy(self.version, title=title, kind=kind, origins=origins, seconds=seconds)

    def preview(self) -> Preview:
        """The last build to try: in a notebook it shows itself, and its `url` opens on a phone."""
        return self._back_end.preview()


def _on_server(
    org: str, name: str, runefile: str | PathLike[str] | None, server: str | None, token: str | None
) -> BackEnd[Any]:
    return ServerBackEnd(ProjectServer(org, name, server, token), runefile)


def _on_this_device(
    org: str, name: str, runefile: str | PathLike[str] | None, socket: str | PathLike[str] | None
) -> BackEnd[Any]:
    try:
        # Who asks a server alone needs no messages of the daemon.
        from hmr.local.back_end import LocalBackEnd
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "hmrd":
            raise
        advice = "install hammer-forge-hmrd, which your server has at /dist/."
        raise HmrError("toolchain-missing", f'device="{LOCAL}" asks the daemon of this machine: {advice}') from None
    return LocalBackEnd(org, name, runefile, socket)
