"""The begin of a run, as the form offers it: nothing, or a model of Keras of the project.

Each choice is an address: another one has other arguments and defaults, and the form works without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from forge.learning.recipes import RecipeJson
from forge.learning.training.actions import RequestedRun
from forge.learning.training.starts import start_paths
from forge.projects.versions.store import WorkingTree


@dataclass(frozen=True)
class StartLink:
    """The address of the form with a file; `path` is "" for a run that begins with nothing."""

    path: str
    address: str


@dataclass(frozen=True)
class StartChoice:
    """The choices of a recipe, none where it begins with no model or the project has no file; the chosen file, "" for
    none; and a file that the settings name and the project does not have, "" for none."""

    is_possible: bool
    links: Sequence[StartLink] = ()
    chosen_path: str = ""
    missing: str = ""


def start_choice(tree: WorkingTree, recipe: RecipeJson, first: RequestedRun, query: Mapping[str, str]) -> StartChoice:
    """The choice for the first settings of a form; `start` of the address goes before theirs."""
    if not recipe["start_arguments"]:
        return StartChoice(is_possible=False)
    paths = start_paths(tree)
    named_path = query.get("start", first.start)
    settings = {"from": query["from"]} if "from" in query else {}
    links = [
        StartLink(path, "?" + urlencode({"recipe": recipe["name"], "start": path, **settings}) + "#new-run")
        for path in ("", *paths)
    ]
    is_there = named_path in paths
    return StartChoice(
        is_possible=True,
        links=links if paths else (),
        chosen_path=named_path if is_there else "",
        missing="" if is_there else named_path,
    )
