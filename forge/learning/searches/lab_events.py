"""The events of `lab` during a search and its final answer, as types: each is checked against them first."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class SpaceEvent(TypedDict):
    """The space of the search, once the data was read."""

    event: Literal["space"]
    size: int
    arguments: dict[str, list[float]]
    forms: list[str]
    labels: list[str]
    validation: int


class RowsEvent(TypedDict):
    """A question for the rows that are new."""

    event: Literal["rows"]


class ClaimEvent(TypedDict):
    """A question for the number of a candidate that is to be tried."""

    event: Literal["claim"]
    arguments: dict[str, float]
    quantize: str


class TrialNeedsJson(TypedDict):
    """The needs of the rune of a trial; without instructions where the memory plan alone was over a limit."""

    target: str
    flash: int
    ram: int
    instructions: int | None


class CountedEvent(TypedDict):
    """A trial is within the limits, and is trained now. It has `second_needs` where the search has a second board."""

    event: Literal["counted"]
    trial: int
    ram: int
    flash: int
    instructions: int | None
    second_needs: NotRequired[TrialNeedsJson]


class TrialEpochEvent(TypedDict):
    """An epoch of a trial at work."""

    event: Literal["epoch"]
    trial: int
    epoch: int
    validation_accuracy: float


class TrialEvent(TypedDict):
    """A finished trial (`lab.search.trials.Trial`). `files` has the name of each of its files by its path in the
    project. It has `second_needs` where the search has a second board and counting did not fail."""

    event: Literal["trial"]
    trial: int
    arguments: dict[str, float]
    quantize: str
    state: Literal["over limit", "trained", "stopped", "failed"]
    needs: TrialNeedsJson | None
    second_needs: NotRequired[TrialNeedsJson]
    accuracy: list[float] | None
    curve: list[float]
    seconds: float
    reason: str
    files: dict[str, str]


class SearchedJson(TypedDict):
    """The answer of a search: why it ended, and how many trials there are."""

    reason: str
    trials: int
