"""The inputs of a training run, and the digest that names it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lab.environments.environment import ENVIRONMENTS
from lab.environments.making import locked_packages
from lab.recipes.arguments import Values
from lab.recipes.recipe import Recipe
from lab.tasks import fits, word_sounds
from lab.tasks.objectives import objective
from rune.digests import digest_of
from rune.environments.analysis import ANALYSIS
from rune.environments.environment import Environment
from rune.toolchain import toolchain_digest

ENVIRONMENT: Environment = ENVIRONMENTS["tensorflow"]
"""The environment in which networks are trained."""
ESTIMATOR_SOURCES = (Path(fits.__file__), Path(__file__).with_name("estimator_step.py"))
SOUNDS_SOURCE = Path(word_sounds.__file__)
STARTING_SOURCE = Path(__file__).parent / "loop" / "starting.py"
LOOP_SOURCES = (
    *(Path(objective.__file__).with_name(name) for name in ("objective.py", "shares.py", "squares.py", "cells.py")),
    *(
        Path(__file__).parent / name
        for name in (
            "compression/widths.py",
            "compression/pruning.py",
            "compression/distilling.py",
            "loop/threads.py",
            "loop/cell_f1.py",
            "loop/fused.py",
            "loop/optimizer.py",
            "loop/progress.py",
            "loop/batches.py",
            "loop/fitting.py",
        )
    ),
)
"""The files by which a network learns, each before those that import it."""


@dataclass(frozen=True)
class RunSettings:
    """A run of `recipe` with `values` and `seed`, on data of a digest with these labels."""

    recipe: Recipe
    values: Values
    seed: int
    labels: Sequence[str]
    data: str
    teacher: str = ""
    """The digest of the model whose answers are learned beside the labels; "" for none."""
    start: str = ""
    """The digest of the model of Keras with whose weights the network begins; "" for none."""

    def to_json(self) -> dict[str, Any]:
        """Returns the inputs of the curves as JSON, with the sources of the blocks, the loop and the network."""
        return {
            "recipe": self.recipe.name,
            "values": dict(self.values),
            "seed": self.seed,
            "labels": list(self.labels),
            "data": self.data,
            **({"backbone": _backbone_digest(self.recipe)} if self.recipe.needs_backbone else {}),
            **({"teacher": self.teacher} if self.teacher else {}),
            **({"start": self.start, "starting": file_digest(STARTING_SOURCE)} if self.start else {}),
            "network": file_digest(self.recipe.network_source),
            **({"sounds": file_digest(SOUNDS_SOURCE)} if self.recipe.task.generation else {}),
            "loop": files_digest(LOOP_SOURCES if self.recipe.estimator is None else ESTIMATOR_SOURCES),
            "toolchain": toolchain_digest(),
            "environment": _environment_of(self.recipe),
        }

    @property
    def digest(self) -> str:
        return json_digest(self.to_json())


def _backbone_digest(recipe: Recipe) -> str:
    (data,) = recipe.files.values()
    return bytes_digest(data)


def environment_record(environment: Environment) -> Mapping[str, str]:
    """An environment in a record: its name, and the digest of its lock."""
    return {"name": environment.name, "lock": file_digest(environment.lock)}


def _environment_of(recipe: Recipe) -> Mapping[str, str]:
    """A network is trained in an environment of its own. An estimator learns with the scikit-learn of this program, or
    with that of the environment."""
    if recipe.estimator is None:
        return environment_record(ENVIRONMENT)
    try:
        used_version = version("scikit-learn")
    except PackageNotFoundError:
        used_version = dict(locked_packages(ANALYSIS.lock.read_text("utf-8")))["scikit-learn"]
    return {"name": "scikit-learn", "version": used_version}


def json_digest(value: Any) -> str:
    """The digest of plain data, whatever the order of its keys."""
    return bytes_digest(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def file_digest(path: Path) -> str:
    return bytes_digest(path.read_bytes())


def files_digest(paths: Sequence[Path]) -> str:
    """The digest of files together: of `LOOP_SOURCES`, that of all that a network learns by, apart from the network."""
    return bytes_digest(b"".join(path.read_bytes() for path in paths))


def bytes_digest(data: bytes) -> str:
    return digest_of(data)
