"""The tabs of a build, the same on each of its pages. Each tab is declared here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forge.builds.models import Build
from forge.learning.quality import quality_of_build
from forge.reviews.rounds.access import is_reviewable
from forge.reviews.threads.anchors import AnchorKind


def _has_memory_map(build: Build) -> bool:
    return build.artefact is not None and bool(build.artefact.report.get("memory_map"))


def _always(_: Build) -> bool:
    return True


def _accuracy_percent(build: Build) -> str:
    """The accuracy on test recordings; empty where the build read none."""
    quality = quality_of_build(build)
    return "" if quality is None else quality.percent


def _no_badge(_: Build) -> str:
    return ""


@dataclass(frozen=True)
class BuildTab:
    """A tab of a build."""

    words: str
    path: str
    """Below the build's address."""
    is_there: Callable[[Build], bool] = is_reviewable
    badge: Callable[[Build], str] = _no_badge
    """The text beside its name."""
    holds: tuple[AnchorKind, ...] = ()
    """The anchors on this tab; all others are on the first."""


TABS = (
    BuildTab("Overview", "", is_there=_always),
    BuildTab("Try it", "try"),
    BuildTab("Accuracy", "accuracy", badge=_accuracy_percent, holds=(AnchorKind.SAMPLE,)),
    BuildTab("Memory", "memory", is_there=_has_memory_map),
    BuildTab("Boards", "boards", is_there=_always),
    BuildTab("Files", "files", holds=(AnchorKind.LINE,)),
    BuildTab("Log", "log", is_there=_always),
)


@dataclass(frozen=True)
class ShownBuildTab:
    """A tab as a page shows it."""

    words: str
    address: str
    is_current: bool
    badge: str


def address_of(build: Build) -> str:
    """Returns the address of the build's overview."""
    return f"{build.project.get_absolute_url()}/builds/{build.number}"


def build_tabs(build: Build, current: str) -> tuple[ShownBuildTab, ...]:
    """Returns the tabs that this build has; `current` is the path of the one that is open."""
    return tuple(
        ShownBuildTab(tab.words, _below(build, tab.path), tab.path == current, tab.badge(build))
        for tab in TABS
        if tab.is_there(build)
    )


def has_tab(build: Build, path: str) -> bool:
    """Returns whether this build has the tab."""
    return any(tab.path == path and tab.is_there(build) for tab in TABS)


def places_of(build: Build) -> dict[str, str]:
    """The pages on which things stand that can be talked about, by kind, where they are not on the first."""
    return {kind.value: _below(build, tab.path) for tab in TABS for kind in tab.holds}


def _below(build: Build, path: str) -> str:
    return f"{address_of(build)}/{path}".rstrip("/")
