"""Hooks: a lower floor declares a hook, and higher floors register functions, so that no import goes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """Any number of functions, called in the order in which they were registered."""

    def __init__(self) -> None:
        self._functions: list[Callable[P, R]] = []

    def register(self, function: Callable[P, R]) -> Callable[P, R]:
        """Registers a function; registering the same one twice changes nothing. Serves as a decorator."""
        if function not in self._functions:
            self._functions.append(function)
        return function

    @property
    def functions(self) -> tuple[Callable[P, R], ...]:
        """The registered functions: the API's description reads their return types."""
        return tuple(self._functions)

    def call(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Calls all the functions and returns what they return."""
        return [function(*args, **kwargs) for function in self._functions]
