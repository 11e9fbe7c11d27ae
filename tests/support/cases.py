"""Many cases of one fact as one test: a test of each would take longer to begin and to report than to run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from _pytest.mark import ParameterSet

Names = Iterable[object] | Callable[[Any], object]
"""The name of each case, or a function that gives the name of a value."""
LONGEST = 200
"""So many characters of a case are its name where it has no other."""


def each_case(
    arguments: str | Sequence[str], cases: Iterable[Any], ids: Names | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Calls a test for one case after the other, with what `pytest.mark.parametrize` takes; a failure names its case.

    The cases share the fixtures of the test, so none may leave anything that another one meets. Cases with marks are
    for `parametrize`.
    """
    names = [name.strip() for name in arguments.split(",")] if isinstance(arguments, str) else list(arguments)
    values = [_values(case, len(names)) for case in cases]
    if not values:
        raise ValueError("There are no cases to try.")

    titles = ids if ids is None or callable(ids) else tuple(ids)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def all_cases(**fixtures: Any) -> None:
            for place, value in enumerate(values):
                try:
                    test(**dict(zip(names, value, strict=True)), **fixtures)
                except BaseException as error:
                    error.add_note(f"In the case {_title(value, place, titles)}")
                    raise

        signature = inspect.signature(test)
        others = [parameter for name, parameter in signature.parameters.items() if name not in names]
        all_cases.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return all_cases

    return decorate


def _values(case: Any, count: int) -> tuple[Any, ...]:
    if isinstance(case, ParameterSet):
        if case.marks:
            raise ValueError(f"A case with a mark is a test of its own: {case.id}")
        return tuple(case.values)
    return (case,) if count == 1 else tuple(case)


def _title(value: tuple[Any, ...], place: int, titles: Sequence[object] | Callable[[Any], object] | None) -> str:
    if titles is None:
        return ", ".join(map(repr, value))[:LONGEST]
    return "-".join(str(titles(each)) for each in value) if callable(titles) else str(titles[place])
