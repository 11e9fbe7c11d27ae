"""The rows by which pages show an organisation's usage of each resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import ResourceUsage, usage_of
from rune.wording import size_text


@dataclass(frozen=True)
class ShownUsage:
    """A bar of usage."""

    resource: str
    title: str
    used: str
    limit: str
    period: str
    percent: int
    is_full: bool
    tone: str
    """`warn` where a limit is near, `bad` where it is reached."""
    advice: str


@dataclass(frozen=True)
class _QuotaWords:
    title: str
    advice: str
    period: str = ""
    show: Callable[[int], str] = "{:,}".format


_LATER = "Try again later; previews keep working."
_WORDS: Mapping[QuotaResource, _QuotaWords] = {
    QuotaResource.BYTES: _QuotaWords(
        "Storage", "Delete recordings that are not needed, or ask the operator of this server for more.", show=size_text
    ),
    QuotaResource.PROJECTS: _QuotaWords(
        "Projects", "Delete one that is not needed, or ask the operator of this server for more."
    ),
    QuotaResource.BUILDS: _QuotaWords("Builds", _LATER, "in the last hour"),
    QuotaResource.MINUTES: _QuotaWords("Minutes of builds", _LATER, "in the last day"),
    QuotaResource.TRAINING: _QuotaWords(
        "Minutes of training", "Try again later, or ask the operator of this server for more.", "in the last day"
    ),
    QuotaResource.TRIALS: _QuotaWords("Changes tried in reviews", _LATER, "in the last hour"),
    QuotaResource.PROTECTED_RUNS: _QuotaWords(
        "Runs on recordings that the person may not play", "Try again tomorrow.", "in the last day"
    ),
    QuotaResource.DEVICES: _QuotaWords(
        "Devices", "Retire one that is not in use, or ask the operator of this server for more."
    ),
    QuotaResource.SOCKETS: _QuotaWords("Open connections", "Close studios and phones that are not in use.", "now"),
    QuotaResource.ORGANISATIONS: _QuotaWords("Organisations", "Ask the operator of this server for more."),
}


def shown_usage(organisation: Organisation) -> list[ShownUsage]:
    """The bars of an organisation; the caller has found it for someone."""
    return [_usage_row(each) for each in usage_of(organisation)]


def nearly_full(storage: Sequence[tuple[Organisation, ResourceUsage]]) -> list[tuple[Organisation, ShownUsage]]:
    """Returns the organisations whose storage is nearly used up."""
    return [(organisation, _usage_row(usage)) for organisation, usage in storage if usage.is_near]


def _usage_row(usage: ResourceUsage) -> ShownUsage:
    words = _WORDS[usage.resource]
    return ShownUsage(
        resource=usage.resource,
        title=words.title,
        used=words.show(usage.used),
        limit=words.show(usage.limit),
        period=words.period,
        percent=100 if usage.is_full else usage.used * 100 // usage.limit,
        is_full=usage.is_full,
        tone="bad" if usage.is_full else "warn" if usage.is_near else "",
        advice=words.advice,
    )
