"""A candidate is counted, and the interpreter prints nothing on standard error, which is for the command itself."""

from __future__ import annotations

import subprocess
import sys

COUNT = """\
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.candidate import candidate_model
recipe = recipe_of("motion")
candidate_model(recipe, read_arguments(recipe.arguments, {}, "motion"), 3, "int8")
"""


def test_a_candidate_prints_nothing() -> None:
    process = subprocess.run([sys.executable, "-c", COUNT], check=True, capture_output=True, text=True)
    assert (process.stdout, process.stderr) == ("", "")
