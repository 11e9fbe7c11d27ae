"""The fields of a recipe's arguments: with title, unit and group, and how each differs from the chosen size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from forge.learning.recipes import RecipeArgumentJson, RecipeJson, RecipeSizeJson

PREFIX = "argument-"
"""The beginning of the name of a field that has the value itself."""
PERCENT_PREFIX = "percent-"
"""The beginning of the name of a field that has a share in per cent."""
DEFAULT_SIZE = "balanced"
ABOUT_GROUPS: Mapping[str, str] = {
    "Network": "Changes RAM, flash and time at once.",
    "Front end": "Compiled into the rune, so that the board computes what was learned from.",
    "Augmentation": "Changes recordings by chance while learning. The rune has nothing of it.",
    "Optimiser": "How the network learns. The rune has nothing of it.",
}


@dataclass(frozen=True)
class RecipeArgumentField:
    """The field of an argument. `value` is the text in it, in the unit that people see; `base` is the value that the
    chosen size has."""

    argument: RecipeArgumentJson
    value: str
    base: float

    @property
    def is_share(self) -> bool:
        return self.argument["shown"] == "share"

    @property
    def is_switch(self) -> bool:
        return self.argument["shown"] == "switch"

    @property
    def name(self) -> str:
        return (PERCENT_PREFIX if self.is_share else PREFIX) + self.argument["name"]

    @property
    def title(self) -> str:
        return self.argument["title"]

    @property
    def unit(self) -> str:
        """The unit, where the title does not say it."""
        unit = "%" if self.is_share else self.argument["unit"]
        return "" if unit and unit in self.title.lower() else unit

    @property
    def low(self) -> str:
        return decimal(self._shown(self.argument["low"]))

    @property
    def high(self) -> str:
        return decimal(self._shown(self.argument["high"]))

    @property
    def range_text(self) -> str:
        """The range as a sentence; "" of a switch."""
        return "" if self.is_switch else f"{f'{self.low} to {self.high} {self.unit}'.strip()}."

    @property
    def step(self) -> str:
        return "1" if self.argument["is_whole"] else "any"

    @property
    def base_text(self) -> str:
        """The value of the size, as people read it."""
        if self.is_switch:
            return "on" if self.base else "off"
        return f"{decimal(self._shown(self.base))} {self.unit}".strip()

    @property
    def base_value(self) -> str:
        """The value of the size, as the field has it."""
        return decimal(self._shown(self.base))

    @property
    def differs(self) -> bool:
        """Whether the text is another value than that of the size."""
        try:
            return not math.isclose(float(self.value), self._shown(self.base), rel_tol=1e-9, abs_tol=1e-12)
        except ValueError:
            return True

    @property
    def is_on(self) -> bool:
        return self.value not in ("", "0")

    def _shown(self, number: float) -> float:
        return number * 100 if self.is_share else number


@dataclass(frozen=True)
class FieldGroup:
    """The fields of one part of learning, and a sentence about it."""

    title: str
    fields: Sequence[RecipeArgumentField]

    @property
    def about(self) -> str:
        return ABOUT_GROUPS.get(self.title, "")

    @property
    def key(self) -> str:
        return self.title.lower().replace(" ", "-")


def fields_of(
    arguments: Sequence[RecipeArgumentJson],
    values: Mapping[str, float],
    base: Mapping[str, float],
    form_data: QueryDict,
) -> list[RecipeArgumentField]:
    """The field of each argument: with what was typed, or else with a value, or else with that of the size."""
    fields = []
    for each in arguments:
        own_base = base.get(each["name"], each["default"])
        field = RecipeArgumentField(each, "", own_base)
        value = values.get(each["name"], own_base)
        text = form_data.get(field.name, decimal(value * 100 if field.is_share else value))
        fields.append(RecipeArgumentField(each, text, own_base))
    return fields


def groups_of(fields: Sequence[RecipeArgumentField]) -> list[FieldGroup]:
    """The fields by group, in the order of the page."""
    groups = [FieldGroup(title, [each for each in fields if each.argument["group"] == title]) for title in ABOUT_GROUPS]
    return [each for each in groups if each.fields]


def typed_arguments(arguments: Sequence[RecipeArgumentJson], form_data: QueryDict) -> dict[str, object]:
    """The arguments that a form sent, in their own units; text that is no number stays as it is, to be refused."""
    typed_values: dict[str, object] = {}
    for each in arguments:
        name = each["name"]
        if text := form_data.get(PREFIX + name, "").strip():
            typed_values[name] = _number(text, 1)
        elif text := form_data.get(PERCENT_PREFIX + name, "").strip():
            typed_values[name] = _number(text, 100)
    return typed_values


def size_of(recipe: RecipeJson, values: Mapping[str, float], size_name: str) -> RecipeSizeJson:
    """The size that some values belong to: the one whose network they have, or else the one that is named."""
    sizes = recipe["sizes"]
    keys = size_arguments(recipe)
    defaults = {each["name"]: each["default"] for each in recipe["arguments"]}
    for size in sizes:
        if all(values.get(key, defaults[key]) == size["arguments"][key] for key in keys):
            return size
    usual = next(each for each in sizes if each["name"] == DEFAULT_SIZE)
    return next((each for each in sizes if each["name"] == size_name), usual)


def size_arguments(recipe: RecipeJson) -> Sequence[str]:
    """The arguments in which the sizes of a recipe differ."""
    sizes = [each["arguments"] for each in recipe["sizes"]]
    return [name for name in sizes[0] if len({each[name] for each in sizes}) > 1]


def decimal(number: float) -> str:
    """A number without an exponent: 0.000001."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _number(text: str, parts: int) -> object:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if parts == 1 or not math.isfinite(number) else round(number / parts, 9)
