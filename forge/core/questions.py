"""Hooks: a lower floor declares a hook, and higher floors register functions, so that no import goes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Question(Generic[P, R]):
    """A hook with any number of registered functions, called in the order of registration."""

    def __init__(self) -> None:
        self._answers: list[Callable[P, R]] = []

    def answer(self, function: Callable[P, R]) -> Callable[P, R]:
        """Registers an answer; registering the same function twice changes nothing. Serves as a decorator."""
        if function not in self._answers:
            self._answers.append(function)
        return function

    def ask(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """All the answers."""
        return [function(*args, **kwargs) for function in self._answers]
