"""Tools of assistants that learn from recordings in a folder: `rune mcp` has them beside its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from lab.command.training.job import recipe_description
from lab.command.training.project import TrainingFolder, train_project, training_of
from lab.command.training.text import summary
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.refusal import Refused
from lab.training.run import DEFAULT_MINUTES
from lab.training.settings import ENVIRONMENT
from rune.environments.analysis import QUANTISER, SCIKIT_LEARN, missing_analysis
from rune.environments.environment import size_text
from rune.source.policy.sections.training import Training
from rune.tools.cli.agents.tools.reading import ProjectPlace, file_rows
from rune.tools.cli.agents.workspace import FolderCall
from rune.tools.mcp.declarations import Tool, ToolAnswer, ToolArguments, ToolRefused, tool
from rune.tools.mcp.project_files import FileRow
from rune.tools.mcp.recipes import FindRecipes, RecipesAnswer, recipes_answer
from rune.wording import listed

MOST_MINUTES: Final = 600.0
"""Minutes of one run."""


class TrainFolder(ToolArguments):
    """A project whose forge.yml says how it is trained."""

    project: str = ProjectPlace
    minutes: float = Field(description="the most time that training takes", default=DEFAULT_MINUTES, gt=0)
    fresh: bool = Field(description="start anew, even if an interrupted run could be continued", default=False)
    replaces_runefile: bool = Field(description="replace the Runefile by that of the recipe", default=False)


class TrainedFolder(ToolAnswer):
    """A model that was trained: its figures in sentences with ranges, and the files that were written."""

    sentences: list[str]
    changed: list[FileRow]
    has_runefile: bool


@tool("find_recipes", "Find recipes")
def find_recipes(_: FolderCall, arguments: FindRecipes) -> RecipesAnswer:
    """Lists the recipes by which `train_project` learns, with their sizes and arguments. `training: {recipe: NAME,
    data: FOLDER}` in forge.yml chooses one; the folder has a folder of recordings for each label."""
    return recipes_answer(map(recipe_description, RECIPES.values()), arguments.kind)


@tool("train_project", "Train the model of a project", changes=True)
def train_folder(call: FolderCall, arguments: TrainFolder) -> TrainedFolder:
    """Trains the model of a project from recordings below it, as `training` in its forge.yml says, and writes the model
    and the Runefile. It takes minutes: progress is reported, and a call that you cancel ends and goes on from its last
    checkpoint when you call again. Figures are of validation samples; evaluate the build on the test split."""
    project = call.workspace.project(arguments.project)
    training = training_of(project.own_files, project.name)
    data = call.workspace.folder(f"{project.place}/{training.data}" if project.place != "." else training.data)
    before = {each.path: each for each in file_rows(project)}
    _require_tools(training)
    place = TrainingFolder(project.folder, project.own_files, project.write)

    def send(event: Mapping[str, Any]) -> None:
        call.report(float(event.get("share", 0.0)), str(event.get("text") or event["event"]))

    try:
        run = train_project(
            place,
            training,
            send,
            fresh=arguments.fresh,
            minutes=min(arguments.minutes, MOST_MINUTES),
            replaces_runefile=arguments.replaces_runefile,
        )
    except Refused as error:
        raise ToolRefused("not-trained", f"{error}", data=data.name) from error
    return TrainedFolder(
        sentences=list(summary(run.result.report)),
        changed=[each for each in file_rows(project) if before.get(each.path) != each],
        has_runefile=run.has_runefile,
    )


def _require_tools(training: Training) -> None:
    """Raises `ToolRefused` where an environment is missing: a person prepares it, because it is a large download."""
    is_network = recipe_of(training.recipe).estimator is None
    modules = (QUANTISER,) if is_network else (SCIKIT_LEARN,)
    missing = [*([ENVIRONMENT] if is_network and not ENVIRONMENT.is_ready else []), *missing_analysis(*modules)]
    if missing:
        names = listed([each.name for each in missing])
        message = f"Training needs the environment {names}: {size_text(missing)}. A person prepares it with"
        raise ToolRefused("environment-missing", f"{message} `rune train --prepare` in the folder.")


TOOLS: Final[tuple[Tool[FolderCall], ...]] = (find_recipes, train_folder)
