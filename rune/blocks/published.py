"""The proc-blocks that were published for Rune and that the catalogue lacks: what they did, and what to do instead.

Nothing here can be built; it is only so that nobody is told that a block which they know does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "elastic_net": "a linear regression that is trained while it runs",
        "logistic_regression": "a classifier that is trained while it runs",
        "support_vector_classifier": "a classifier that is trained while it runs",
        "support_vector_regression": "a regression that is trained while it runs",
    }
)
"""By name, with `_`."""

_TRAIN = (
    "Train the model before, and add its file: `model:` takes what scikit-learn and others export to ONNX or TFLite."
)
_LINEAR = "`linear_regression` learns while the rune runs; what is learnt before is a model, with its file in `model:`."
INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "elastic_net": _LINEAR,
        "logistic_regression": _TRAIN,
        "support_vector_classifier": _TRAIN,
        "support_vector_regression": _LINEAR,
    }
)
"""What to do without it."""


def published(crate: str) -> str | None:
    """The name of a block that was published, by the last part of its path; None for any other."""
    name = crate.replace("-", "_").lower()
    return name if name in PUBLISHED else None
