"""The proc-blocks that were published for Rune and that the catalogue lacks: their names, and what they did.

Nothing here can be built; it is only so that nobody is told that a block which they know does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "argmax": "the index of the largest element, or 0 where none is above 0; `class_index` gives it always",
        "elastic_net": "a linear regression that is trained while it runs",
        "f1_score": "how good predictions are",
        "linear_regression": "a linear regression that is trained while it runs",
        "logistic_regression": "a classifier that is trained while it runs",
        "metric": "how good predictions are",
        "password_strength": "how strong a password is",
        "support_vector_classifier": "a classifier that is trained while it runs",
        "support_vector_regression": "a regression that is trained while it runs",
        "train_test_split": "rows for training and rows for testing",
    }
)
"""By name, with `_`."""

_TRAIN = "A rune is not trained while it runs: train the model before, and add its file."
_EVALUATE = "Samples with labels and `rune evaluate` say how good the answers are, with their uncertainty."
INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "argmax": "Use `class_index`, or `most_confident_indices` for more than one.",
        "elastic_net": _TRAIN,
        "f1_score": _EVALUATE,
        "linear_regression": _TRAIN,
        "logistic_regression": _TRAIN,
        "metric": _EVALUATE,
        "password_strength": "It only looked at the number of bytes; a block in Python counts what is asked for.",
        "support_vector_classifier": _TRAIN,
        "support_vector_regression": _TRAIN,
        "train_test_split": "Samples are split in the project, and `rune evaluate` keeps to it.",
    }
)
"""What to do without it."""


def published(crate: str) -> str | None:
    """The name of a block that was published, by the last part of its path; None for any other."""
    name = crate.replace("-", "_").lower()
    return name if name in PUBLISHED else None
