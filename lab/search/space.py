"""The candidates of a search: which arguments of a recipe it varies, and which values they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.recipes.arguments import Number, Values
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from rune.wording import listed, quoted


@dataclass(frozen=True)
class Candidate:
    """One setting of a search: the value of each argument that is varied, and the form of the model."""

    values: Mapping[str, Number]
    form: str

    def merged(self, base: Values) -> dict[str, Number]:
        """All arguments of the recipe."""
        return {**base, **self.values}


@dataclass(frozen=True)
class Space:
    """The values of each argument that is varied, rising, and the forms of the model."""

    arguments: Mapping[str, Sequence[Number]]
    forms: Sequence[str]

    @property
    def size(self) -> int:
        """How many candidates there are."""
        count = len(self.forms)
        for choices in self.arguments.values():
            count *= len(choices)
        return count

    def places(self, candidate: Candidate) -> dict[str, int] | None:
        """The place of each value among the choices, or None for a candidate from outside the space: with another
        value, or from a recipe of before that did not vary one of the arguments."""
        choices = {**self.arguments, FORM: self.forms}
        values = {**candidate.values, FORM: candidate.form}
        if any(values.get(name) not in choices[name] for name in choices):
            return None
        return {name: list(choices[name]).index(values[name]) for name in choices}

    def candidate(self, places: Mapping[str, int]) -> Candidate:
        """The candidate at these places."""
        values = {name: choices[places[name]] for name, choices in self.arguments.items()}
        return Candidate(values, self.forms[places[FORM]])


FORM = "quantize"
"""The name of the form among the arguments, as `forge.yml` has it."""


def require_searched(recipe: Recipe) -> None:
    """Raises `Refused` for a recipe that is not searched, with the reason."""
    if recipe.is_searched:
        return
    why = "a search compares accuracies"
    if recipe.estimator is not None:
        why = "it trains no network"
    elif recipe.needs_backbone:
        why = "its backbone decides what it needs, and no argument changes that"
    message = f"The recipe {recipe.name} is not searched: {why}. Change its arguments in forge.yml."
    raise Refused(Reason.SETTINGS, message)


def space_of(recipe: Recipe, chosen_values: Mapping[str, Sequence[str]], form: str) -> Space:
    """The space of a recipe, with `chosen_values` in place of its own. Without chosen forms, `form` is the only one.

    Raises `Refused` for an argument that the recipe does not have, and for a value out of its range.
    """
    require_searched(recipe)
    arguments = dict(recipe.space)
    arguments_by_name = {each.name: each for each in recipe.arguments}
    forms: Sequence[str] = (form,)
    for name, words in chosen_values.items():
        if name == FORM:
            forms = _forms(words)
        elif name not in arguments_by_name:
            message = (
                f"The recipe {recipe.name} has no argument {quoted(name)}. It has {listed(sorted(arguments_by_name))}."
            )
            raise Refused(Reason.SETTINGS, message)
        else:
            arguments[name] = tuple(sorted({arguments_by_name[name].read(_number(name, word)) for word in words}))
    return Space(arguments, forms)


def _forms(words: Sequence[str]) -> Sequence[str]:
    for word in words:
        if word not in SEARCHED_FORMS:
            message = f"{quoted(word)} is not a form that a search tries. It tries {listed(SEARCHED_FORMS)}."
            raise Refused(Reason.SETTINGS, message)
    return tuple(dict.fromkeys(words))


SEARCHED_FORMS = ("int8", "int8-tensor", "int16x8", "float32")
"""Forms that run without a host."""


def _number(name: str, word: str) -> Number:
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        raise Refused(Reason.SETTINGS, f"{name} has the value {quoted(word)}, which is not a number.") from None
