"""The two places in which a project can be: a server, or the device on which the program runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hmr.builds import BuiltRune
from hmr.deployments import DeploymentKind
from hmr.models import ModelFigures
from hmr.preview import Preview
from hmr.reviews import RequestedReview

if TYPE_CHECKING:
    import rune

Deployed_co = TypeVar("Deployed_co", covariant=True)


class BackEnd(Protocol[Deployed_co]):
    """Does what `hmr.Rune` promises; its methods have the meaning and the arguments of those. They raise `HmrError`.

    An argument that is None has the default of the place.
    """

    full_name: str
    """The project, such as `acme/door-knock`."""

    @property
    def page(self) -> str:
        """The address of the project."""

    def get_data(self, version: int | None) -> rune.DataSet:
        """Returns the samples as arrays."""

    def set_model(
        self, model: Any, *, samples: Any, guess: bool, path: str | None, form: str | None, seconds: float
    ) -> ModelFigures:
        """Converts a model where it has to be, and makes it the project's."""

    def build(self, seconds: float, /) -> BuiltRune:
        """Builds the project as it is now."""

    def review(self, reviewers: Sequence[str], title: str, message: str, approvals: int, /) -> RequestedReview:
        """Asks members for a review of the last build."""

    def deploy(
        self,
        version: str,
        *,
        title: str | None,
        kind: DeploymentKind | None,
        origins: Collection[str],
        seconds: float | None,
    ) -> Deployed_co:
        """Has the last build run, or be served, as a version."""

    def preview(self) -> Preview:
        """Returns the last build to try."""
