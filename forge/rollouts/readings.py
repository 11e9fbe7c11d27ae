"""The results of guards as JSON, as rows keep them and the API has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import (
    ComparedWith,
    EstimatedMean,
    GuardCarrier,
    GuardDifference,
    GuardResult,
    GuardVerdict,
)
from rune.statistics.not_judged import NotJudged, TooFew


class EstimatedMeanJson(TypedDict):
    """The mean difference of some devices."""

    value: float
    low: Annotated[float, "the lower end of its 95 % range"]
    high: float
    devices: int


class GuardCarrierJson(TypedDict):
    """The devices that carry a difference."""

    label: Annotated[str, "the label that these devices have, or board"]
    value: str
    share: Annotated[float, "their part of the whole difference; above 1 if the others differ the other way"]
    own: Annotated[EstimatedMeanJson, "the difference of these devices"]
    others: Annotated[EstimatedMeanJson, "that of the other devices with the new release"]
    same: Annotated[list[list[str]], "other labels with their values that nearly the same devices have"]


class GuardResultJson(TypedDict):
    """The result of a guard at a look."""

    guard: str
    subject: Annotated[str, "the label or the feature; empty of the other guards"]
    verdict: Annotated[str, "passed, failed or not judged"]
    limit: Annotated[float, "the largest difference that is allowed"]
    new: Annotated[float | None, "the mean of the devices with the new release"]
    old: Annotated[float | None, "the mean that it is compared with"]
    difference: float | None
    low: Annotated[float | None, "the lower end of the difference's 95 % range"]
    high: float | None
    p: Annotated[float | None, "how likely a difference this far beyond the limit is by chance"]
    alpha: Annotated[float, "the probability below which the guard fails at this look"]
    compared: Annotated[str | None, "the devices and days that it is compared with"]
    devices: int
    others: int
    answers: int
    lack: Annotated[str | None, "what there is too little of, where it was not judged"]
    count: float | None
    needed: float | None
    carrier: Annotated[GuardCarrierJson | None, "of a guard that failed: the devices that explain it beyond chance"]


def result_to_json(result: GuardResult) -> GuardResultJson:
    """Returns a result as JSON."""
    difference, reason = result.difference, result.reason
    value, low, high, p, comparison = (None,) * 5 if difference is None else vars(difference).values()
    return {
        "guard": str(result.kind),
        "subject": result.subject,
        "verdict": str(result.verdict),
        "limit": result.limit,
        "new": result.new,
        "old": result.old,
        "difference": value,
        "low": low,
        "high": high,
        "p": p,
        "alpha": result.alpha,
        "compared": comparison,
        "devices": result.devices,
        "others": result.others,
        "answers": result.answers,
        "lack": str(reason.lack) if reason else None,
        "count": reason.count if reason else None,
        "needed": reason.needed if reason else None,
        "carrier": None if result.carrier is None else _carrier_to_json(result.carrier),
    }


def result_from_json(value: Mapping[str, Any]) -> GuardResult:
    """Reads what `result_to_json` wrote."""
    difference = None
    if value["difference"] is not None:
        ends = (value["difference"], value["low"], value["high"], value["p"])
        difference = GuardDifference(*ends, ComparedWith(value["compared"]))
    lack = value["lack"]
    return GuardResult(
        GuardKind(value["guard"]),
        GuardVerdict(value["verdict"]),
        value["limit"],
        value["subject"],
        value["new"],
        value["old"],
        difference,
        value["devices"],
        value["others"],
        value["answers"],
        None if lack is None else NotJudged(TooFew(lack), value["count"], value["needed"]),
        value["alpha"],
        # Looks of before have none.
        _carrier_from_json(value["carrier"]) if value.get("carrier") else None,
    )


def _carrier_to_json(carrier: GuardCarrier) -> GuardCarrierJson:
    return {
        "label": carrier.attribute,
        "value": carrier.value,
        "share": carrier.share,
        "own": _mean_to_json(carrier.own),
        "others": _mean_to_json(carrier.others),
        "same": [list(each) for each in carrier.same],
    }


def _mean_to_json(mean: EstimatedMean) -> EstimatedMeanJson:
    return {"value": mean.value, "low": mean.low, "high": mean.high, "devices": mean.devices}


def _carrier_from_json(value: Mapping[str, Any]) -> GuardCarrier:
    return GuardCarrier(
        value["label"],
        value["value"],
        value["share"],
        EstimatedMean(**value["own"]),
        EstimatedMean(**value["others"]),
        tuple((key, other) for key, other in value["same"]),
    )
