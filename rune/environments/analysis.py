"""The environment with the libraries that compare samples, read and write Parquet files, quantise, learn trees and
search. They are large, and most installations need none of them on most days.

Nothing imports these libraries but processes of their own, which are started with the Python that has them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rune.environments.environment import Environment, EnvironmentNeeded

QUANTISER: Final = "ai_edge_quantizer"
SCIKIT_LEARN: Final = "sklearn"
OPTUNA: Final = "optuna"
CLEANLAB: Final = "cleanlab"
FASTPARQUET: Final = "fastparquet"
ANALYSIS: Final = Environment(
    "analysis",
    CLEANLAB,
    "quantised models, learners of scikit-learn, searches, label checks and Parquet files",
    download=110,
    disk=482,
    is_apart=True,
)


def analysis_python(module: str) -> Path:
    """Returns the Python that has a module: this one, where an extra installed it, or that of the environment. Raises
    `EnvironmentNeeded`."""
    if find_spec(module) is not None:
        return Path(sys.executable)
    if not ANALYSIS.is_ready:
        raise EnvironmentNeeded(ANALYSIS)
    return ANALYSIS.python


def missing_analysis(*modules: str) -> Sequence[Environment]:
    """Returns the environment if it has to be prepared for some of these modules, else nothing."""
    is_there = ANALYSIS.is_ready or all(find_spec(module) is not None for module in modules)
    return () if is_there else (ANALYSIS,)


def require_environments(environment: Environment | None, *modules: str) -> None:
    """Raises `EnvironmentNeeded` for all that has to be prepared before a job: the environment, and these modules."""
    missing = [*([environment] if environment and not environment.is_ready else []), *missing_analysis(*modules)]
    if missing:
        raise EnvironmentNeeded(*missing)
