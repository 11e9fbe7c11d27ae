"""Projects that begin with examples of one's own: the kinds of examples, and the page that takes them."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.errors import Invalid
from forge.projects.models import Project

START_PAGE = "start"
"""The page of one's own examples, below a project's address."""


@dataclass(frozen=True)
class ExampleKind:
    """A kind of examples: its word in addresses, its card, and the name of a project that begins with it."""

    key: str
    title: str
    short: str
    summary: str
    icon: str
    project_name: str


EXAMPLE_KINDS = (
    ExampleKind(
        "sound",
        "Sound",
        "Sound",
        "Record a few knocks and some background. It tells you when it hears a knock.",
        icon="mic",
        project_name="my-sounds",
    ),
    ExampleKind(
        "picture",
        "Picture",
        "Picture",
        "Hold things in front of the camera, or drop pictures. It tells them apart or counts them.",
        icon="camera",
        project_name="my-pictures",
    ),
    ExampleKind(
        "motion",
        "Motion",
        "Motion",
        "Move your phone or a board. It recognises gestures, or a machine that shakes oddly.",
        icon="move-3d",
        project_name="my-motions",
    ),
    ExampleKind(
        "numbers",
        "Numbers from a sensor",
        "Numbers",
        "Drop a CSV file or read a board. It names the state, forecasts, or reports what is unusual.",
        icon="chart-line",
        project_name="my-numbers",
    ),
)


def find_example_kind(key: str) -> ExampleKind:
    """Returns a kind of examples. Raises `Invalid`."""
    for kind in EXAMPLE_KINDS:
        if kind.key == key:
            return kind
    raise Invalid(f"There are no examples of the kind {key}. Choose one of {', '.join(e.key for e in EXAMPLE_KINDS)}.")


def start_address(project: Project, kind: ExampleKind | None = None) -> str:
    """Returns the address of the page on which examples are recorded; with a kind, that page is open for it."""
    query = "" if kind is None else f"?kind={kind.key}"
    return f"{project.get_absolute_url()}/{START_PAGE}{query}"
