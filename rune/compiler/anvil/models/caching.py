"""Caches results for recently used models: a build with other arguments needs the same results for the same models."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from rune.model.tflite import Model

P = ParamSpec("P")
T = TypeVar("T")

CACHE_SIZE = 8
"""The size of each cache."""
SMALL = 4 << 20
"""The maximum size of a model file whose results are cached, in bytes."""


def cached_by_model(function: Callable[Concatenate[Model, P], T]) -> Callable[Concatenate[Model, P], T]:
    """A pure function of a model and small arguments, with a cache for small models."""
    cached_function = lru_cache(maxsize=CACHE_SIZE)(function)

    @wraps(function)
    def ask(model: Model, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return (cached_function if model.size <= SMALL else function)(model, *args, **kwargs)  # type: ignore[arg-type]

    return ask
