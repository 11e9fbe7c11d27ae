"""The tables of learning. They are declared in folders of their own."""

from __future__ import annotations

from forge.learning.conversions.models import (
    ConvertedForm,
    DeclaredModels,
    ModelConversion,
)
from forge.learning.lab_jobs.models import TrainingTime
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun

__all__ = [
    "ConvertedForm",
    "DeclaredModels",
    "ModelConversion",
    "ModelSearch",
    "SearchTrial",
    "TrainingRun",
    "TrainingTime",
]
