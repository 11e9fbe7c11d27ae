"""The known meaning of a tensor's numbers, and the effect of a block on it.

A type says how many numbers there are and how they are stored. Whether they are pixels from 0 to 255 or from 0 to 1,
RGB or BGR, is their meaning. What is not known is None: nothing follows from it, and nothing is said against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from rune.tensor import TensorType
from rune.wording import plain


class Colour(Enum):
    """The meaning of a picture's channels. The value is the text for people."""

    RGB = "RGB"
    BGR = "BGR"
    GREY = "grey"


class ChannelLayout(Enum):
    """The place of the channels of a picture among its dimensions."""

    LAST = "channels last"
    FIRST = "channels first"


@dataclass(frozen=True)
class NumberRange:
    """The range of all numbers that can come, as a full scale: sound is seldom as loud as it could be."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.6g} to {self.high:.6g}"

    @property
    def argument_text(self) -> str:
        """The range as arguments have it: `0..255`."""
        return f"{self.low:.6g}..{self.high:.6g}"

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Quantisation:
    """A whole number q stands for scale * (q - zero_point)."""

    scale: float
    zero_point: int

    def __str__(self) -> str:
        return f"steps of {self.scale:.6g} from {self.zero_point}"


@dataclass(frozen=True)
class Meaning:
    """The known meaning of a tensor's numbers."""

    values: NumberRange | None = None
    """The range of the numbers as they are stored."""
    colour: Colour | None = None
    """The colours of pixels; None for all else."""
    layout: ChannelLayout | None = None
    rate: int | None = None
    """Samples a second."""
    quantisation: Quantisation | None = None
    is_probability: bool | None = None
    """Whether the numbers, once they are dequantised, are probabilities of classes."""
    classes: int | None = None
    """The number of classes that indices choose from."""
    labels: tuple[str, ...] | None = None
    """The names of the classes, of scores and of indices."""

    def __str__(self) -> str:
        """For people, after a type: `0 to 255, RGB, channels last`; empty where nothing is known."""
        parts: list[str] = [str(part) for part in (self.values,) if part is not None]
        parts += [each.value for each in (self.colour, self.layout) if each is not None]
        parts += [f"{self.rate:,} Hz"] if self.rate is not None else []
        parts += [str(self.quantisation)] if self.quantisation is not None else []
        parts += ["probabilities"] if self.is_probability else []
        parts += [f"indices of {self.classes} classes"] if self.classes is not None else []
        parts += [f"labels {_labels_text(self.labels)}"] if self.labels else []
        return ", ".join(parts)


UNKNOWN = Meaning()
_MAX_LABELS, _LONGEST = 3, 40


def _labels_text(labels: Sequence[str]) -> str:
    return ", ".join(plain(label, _LONGEST) for label in labels[:_MAX_LABELS]) + (
        f" and {len(labels) - _MAX_LABELS} more" if len(labels) > _MAX_LABELS else ""
    )


def common_meaning(meanings: Sequence[Meaning]) -> Meaning:
    """Returns the meaning that all of them share."""
    if not meanings:
        return UNKNOWN
    first = meanings[0]
    parts: dict[str, Any] = {}
    for each in fields(Meaning):
        value = getattr(first, each.name)
        parts[each.name] = value if all(getattr(other, each.name) == value for other in meanings) else None
    return Meaning(**parts)


class Fate(Enum):
    """The effect on a part of the meaning."""

    PRESERVED = "preserved"
    """The part is that of the input; of several inputs, where all have the same."""
    LOST = "lost"


PRESERVED, LOST = Fate.PRESERVED, Fate.LOST


@dataclass(frozen=True)
class InputFacts:
    """The inputs of a block, for parts of the meaning that are computed."""

    meaning: Meaning
    """The meaning of its inputs, as far as they are alike."""
    type: TensorType
    """The type of its first input."""
    arguments: Mapping[str, Any]
    """Complete, as `rune.blocks.signature.Arguments` are."""


T = TypeVar("T")


@dataclass(frozen=True)
class By(Generic[T]):
    """A part of the meaning that follows from what a block reads."""

    compute: Callable[[InputFacts], T | None]


Part: TypeAlias = Fate | By[T] | T
"""The effect on one part: it is kept, lost, computed, or constant."""


@dataclass(frozen=True)
class Effect:
    """The meaning of one output's numbers. Omitted parts are lost, and so unknown."""

    values: Part[NumberRange] = LOST
    colour: Part[Colour] = LOST
    layout: Part[ChannelLayout] = LOST
    rate: Part[int] = LOST
    quantisation: Part[Quantisation] = LOST
    is_probability: Part[bool] = LOST
    classes: Part[int] = LOST
    labels: Part[tuple[str, ...]] = LOST

    def of(self, facts: InputFacts) -> Meaning:
        """The meaning of the output."""
        return Meaning(**{each.name: _part(getattr(self, each.name), each.name, facts) for each in fields(Effect)})


def _part(part: Fate | By[Any] | object, name: str, facts: InputFacts) -> Any:
    if part is PRESERVED:
        return getattr(facts.meaning, name)
    if part is LOST:
        return None
    return part.compute(facts) if isinstance(part, By) else part


SAME = Effect(PRESERVED, PRESERVED, PRESERVED, PRESERVED, PRESERVED, PRESERVED, PRESERVED, PRESERVED)
"""The numbers are those of the input, in their places."""
MOVED_ELEMENTS = Effect(values=PRESERVED, rate=PRESERVED, quantisation=PRESERVED, is_probability=PRESERVED)
"""The numbers are those of the input, in other places and perhaps not all of them."""
REARRANGED_ELEMENTS = Effect(
    values=PRESERVED,
    colour=PRESERVED,
    rate=PRESERVED,
    quantisation=PRESERVED,
    is_probability=PRESERVED,
    labels=PRESERVED,
)
"""The numbers are those of the input, all of them, in other dimensions."""
PICTURE = Effect(values=PRESERVED, colour=PRESERVED, layout=ChannelLayout.LAST)
"""The effect of making another picture of the same pixels."""


@dataclass(frozen=True)
class ExpectedMeaning:
    """The meaning that a block expects of its input; `declared_by` are the arguments that declare it, by part."""

    meaning: Meaning
    declared_by: Mapping[str, str]


UNIT, SIGNED = NumberRange(0, 1), NumberRange(-1, 1)


def full_range(type_: TensorType) -> NumberRange | None:
    """All that elements of a type of whole numbers can be."""
    if not type_.element.is_integer:
        return None
    bits = 8 * type_.element.size
    if type_.element.value.startswith("u"):
        return NumberRange(0, (1 << bits) - 1)
    return NumberRange(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def clipped_values(facts: InputFacts, type_: TensorType) -> NumberRange | None:
    """The values of the input, as far as elements of another type hold them."""
    values, limits = facts.meaning.values, full_range(type_)
    if values is None or limits is None:
        return values
    low, high = max(values.low, limits.low), min(values.high, limits.high)
    return NumberRange(low, high) if low < high else None


def represented_range(whole: NumberRange, quantisation: Quantisation) -> NumberRange:
    """Returns the range of values that whole numbers of a range represent."""
    scale, zero = quantisation.scale, quantisation.zero_point
    return NumberRange(scale * (whole.low - zero), scale * (whole.high - zero))


def classes_of_rows(facts: InputFacts) -> int | None:
    """Returns how many classes there are scores of, along the last dimension."""
    return facts.type.dimensions[-1] if facts.type.dimensions else None


INDICES = Effect(classes=By(lambda facts: facts.type.count), labels=PRESERVED)
"""Indices into all elements of the input, which are scores of classes."""
