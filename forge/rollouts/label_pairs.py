"""The disagreement of two versions in shadow, as JSON: stages keep it, and the API has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from rune.assessment.guards.disagreement import CountedWindows, Disagreement, LabelPair
from rune.statistics.intervals import Share


class CountedWindowsJson(TypedDict):
    """Some of the windows that both versions answered."""

    windows: int
    devices: Annotated[int, "those that have one at least"]
    share: Annotated[float | None, "their part of all windows; empty where too few devices have one for a range"]
    low: Annotated[float | None, "the lower end of the share's 95 % range"]
    high: float | None


class LabelPairJson(TypedDict):
    """The windows that the former version gave one label and the new one another."""

    former: str
    new: str
    counted: CountedWindowsJson


class DisagreementJson(TypedDict):
    """The disagreement of both versions, which ran on the same input."""

    windows: Annotated[int, "those that were compared"]
    devices: Annotated[int, "those that compared one at least"]
    missed: Annotated[int, "windows that the new version did not answer, so that they were not compared"]
    differing: Annotated[CountedWindowsJson, "those with two labels, whichever they are"]
    pairs: Annotated[list[LabelPairJson], "by the two labels, the most frequent first"]


def disagreement_to_json(value: Disagreement) -> DisagreementJson:
    """Returns where two versions disagree as JSON."""
    return {
        "windows": value.windows,
        "devices": value.devices,
        "missed": value.missed,
        "differing": _counted_to_json(value.differing),
        "pairs": [
            {"former": each.former, "new": each.new, "counted": _counted_to_json(each.counted)} for each in value.pairs
        ],
    }


def disagreement_from_json(value: Mapping[str, Any]) -> Disagreement:
    """Reads what `disagreement_to_json` wrote."""
    return Disagreement(
        value["windows"],
        value["devices"],
        value["missed"],
        _counted_from_json(value["differing"]),
        tuple(LabelPair(each["former"], each["new"], _counted_from_json(each["counted"])) for each in value["pairs"]),
    )


def _counted_to_json(value: CountedWindows) -> CountedWindowsJson:
    share = value.share
    return {
        "windows": value.windows,
        "devices": value.devices,
        "share": None if share is None else share.value,
        "low": None if share is None else share.low,
        "high": None if share is None else share.high,
    }


def _counted_from_json(value: Mapping[str, Any]) -> CountedWindows:
    share = None if value["share"] is None else Share(value["share"], value["low"], value["high"])
    return CountedWindows(value["windows"], value["devices"], share)
