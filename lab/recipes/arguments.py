"""The arguments of a recipe: declared once with unit and range, and read from what somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum

from lab.refusal import Reason, Refused
from rune.wording import alternatives, plain, quoted

Number = int | float
Values = Mapping[str, Number]
"""The value of each argument of a recipe, by name."""


class ArgumentGroup(StrEnum):
    """The part of learning that an argument changes. The value is its heading on a page."""

    NETWORK = "Network"
    FRONT_END = "Front end"
    """The stages in front of the model and behind it, which are compiled into the rune."""
    AUGMENTATION = "Augmentation"
    OPTIMISER = "Optimiser"


class ShownAs(StrEnum):
    """The control with which people set an argument. Its value in `forge.yml`, the API and the command is a number
    in any case."""

    NUMBER = "number"
    SHARE = "share"
    """A share from 0 to 1, in per cent."""
    SWITCH = "switch"
    """A switch: on for 1 and off for 0."""


@dataclass(frozen=True)
class RecipeArgument:
    """A number from `low` to `high`, in `unit`. It is a whole number where its default is one.

    `name` is what `forge.yml`, the API and the command call it, and `title` what people read."""

    name: str
    meaning: str
    default: Number
    low: Number
    high: Number
    unit: str = ""
    title: str = field(kw_only=True)
    group: ArgumentGroup = field(kw_only=True)
    shown: ShownAs = field(default=ShownAs.NUMBER, kw_only=True)

    @property
    def is_whole(self) -> bool:
        return isinstance(self.default, int)

    def read(self, value: object) -> Number:
        """The number that was written. Raises `Refused`."""
        if isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high:
            return value if self.is_whole else float(value)
        if isinstance(value, float) and not self.is_whole and self.low <= value <= self.high:
            return value
        kind = "a whole number" if self.is_whole else "a number"
        unit = f" {self.unit}" if self.unit else ""
        message = f"{self.name} is {plain(str(value))}; it must be {kind} from {self.low} to {self.high}{unit}."
        raise Refused(Reason.SETTINGS, message)


MOTION_WINDOW: Sequence[RecipeArgument] = (
    RecipeArgument(
        "window",
        "Length of what one answer looks at, a multiple of 5.",
        100,
        20,
        1000,
        "rows",
        title="Window",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "hop",
        "Rows between two answers, a multiple of 5.",
        25,
        5,
        1000,
        "rows",
        title="Answer every",
        group=ArgumentGroup.FRONT_END,
    ),
)
"""The arguments of recipes that read motion in steps of five rows: the window, and how far it moves."""
COMMON: Sequence[RecipeArgument] = (
    RecipeArgument(
        "epochs",
        "How often the model sees all recordings, at most.",
        60,
        1,
        10_000,
        "epochs",
        title="Epochs, at most",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "patience",
        "Epochs without a better loss or accuracy on the validation split, after which the learning rate falls to 0 in "
        "as many more.",
        15,
        1,
        10_000,
        "epochs",
        title="Patience",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "batch",
        "Windows that are learned at once, at most a third of all.",
        32,
        1,
        1024,
        "windows",
        title="Batch size",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "learning-rate",
        "The size of the first steps. It falls to 0 as a cosine.",
        0.003,
        1e-6,
        1.0,
        title="Learning rate",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "prune",
        "The share of the channels of each layer that is removed when half of the epochs are over; 0 removes none.",
        0.0,
        0.0,
        0.9,
        title="Channels pruned",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "dropout",
        "The share of the last features that is left out while learning.",
        0.2,
        0.0,
        0.9,
        title="Dropout",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SHARE,
    ),
)
"""The arguments that every recipe has that trains a network by gradient descent."""
WITHOUT_DROPOUT: Sequence[RecipeArgument] = COMMON[:-1]
"""The arguments of a network that leaves no features out."""
CLASSIFIER: Sequence[RecipeArgument] = (
    *COMMON,
    RecipeArgument(
        "smoothing",
        "The share of a label that goes to all labels alike, so that the model is less sure where it may be wrong.",
        0.0,
        0.0,
        0.5,
        title="Label smoothing",
        group=ArgumentGroup.OPTIMISER,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "balance",
        "On: all labels count alike, however many windows they have. Off: all windows count alike.",
        1,
        0,
        1,
        title="Labels count alike",
        group=ArgumentGroup.OPTIMISER,
        shown=ShownAs.SWITCH,
    ),
)
"""The arguments of a network that tells labels apart."""


def with_defaults(arguments: Sequence[RecipeArgument], defaults: Values) -> tuple[RecipeArgument, ...]:
    """The arguments with other defaults for some, which are named by their keys."""
    return tuple(replace(each, default=defaults.get(each.name, each.default)) for each in arguments)


def require_multiple(values: Values, name: str, of: int) -> int:
    """The value of an argument. Raises `Refused` where it is no multiple of `of`."""
    value = int(values[name])
    if value % of:
        raise Refused(Reason.SETTINGS, f"{name} is {value}; it must be a multiple of {of}.")
    return value


def require_choice(values: Values, name: str, choices: Sequence[int]) -> int:
    """The value of an argument. Raises `Refused` where it is none of the choices."""
    value = int(values[name])
    if value not in choices:
        raise Refused(
            Reason.SETTINGS, f"{name} is {value}; it must be {alternatives([str(each) for each in choices])}."
        )
    return value


def with_all_channels(values: Values) -> Values | None:
    """The values for a network that keeps all channels; None where they remove none."""
    return {**values, "prune": 0.0} if values.get("prune") else None


def read_arguments(arguments: Sequence[RecipeArgument], values: Mapping[str, object], recipe: str) -> dict[str, Number]:
    """All values, with the defaults of those that were not written. Raises `Refused`, which names the argument."""
    names = [each.name for each in arguments]
    for name in values:
        if name not in names:
            near = get_close_matches(name, names, 1)
            advice = f"Did you mean {near[0]}?" if near else f"It has {', '.join(names)}."
            raise Refused(Reason.SETTINGS, f"The recipe {recipe} has no argument {quoted(name)}. {advice}")
    return {each.name: each.read(values.get(each.name, each.default)) for each in arguments}


def function_arguments(values: Values, names: Sequence[str]) -> dict[str, Number]:
    """Returns some of the values, as arguments of a Python function."""
    return {name.replace("-", "_"): values[name] for name in names}
