"""How a lower floor asks a higher one without importing it: it declares a question, others register answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Question(Generic[P, R]):
    """A question with any number of answers, asked in the order in which they were registered."""

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
