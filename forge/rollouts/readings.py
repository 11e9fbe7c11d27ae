"""The results of guards as JSON, as rows keep them and the API has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import ComparedWith, GuardDifference, GuardResult, GuardVerdict
from rune.statistics.not_judged import NotJudged, TooFew


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
    )
