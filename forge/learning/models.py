"""The tables of learning. They are declared in folders of their own."""

from __future__ import annotations

from forge.learning.conversions.models import (
    ConvertedForm,
    DeclaredModels,
    ModelConversion,
    ModelConversionQuerySet,
)
from forge.learning.searches.models import ModelSearch, ModelSearchQuerySet, SearchTrial
from forge.learning.training.models import TrainingRun, TrainingRunQuerySet, TrainingTime

__all__ = [
    "ConvertedForm",
    "DeclaredModels",
    "ModelConversion",
    "ModelConversionQuerySet",
    "ModelSearch",
    "ModelSearchQuerySet",
    "SearchTrial",
    "TrainingRun",
    "TrainingRunQuerySet",
    "TrainingTime",
]
