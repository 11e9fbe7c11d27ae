"""The newest build of a draft beside the newest one of its project: figures, accuracy with ranges, and what to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from forge.accounts.principals import Principal
from forge.builds.access import builds_of
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import Build
from forge.builds.sample_inputs import inputs_for_reader
from forge.builds.serializers.builds import rune_url
from forge.comparison.figures import FigureRow, figure_rows
from forge.projects.models import Draft
from rune.assessment.evaluation.wording import percent
from rune.wording import counted

_SHOWN = ("Memory", "Size", "Flash on ", "RAM on ", "Instructions on ")
"""How the names of the figures begin that a draft's page shows."""


@dataclass(frozen=True)
class DraftAccuracy:
    """An accuracy with its 95 % range, as shares, and as text."""

    accuracy: float
    low: float
    high: float
    samples: int

    @property
    def words(self) -> str:
        return percent(self.accuracy)

    @property
    def range_words(self) -> str:
        return f"{percent(self.low)} to {percent(self.high)}"

    def overlaps(self, other: DraftAccuracy) -> bool:
        """Returns whether a difference of both can be chance."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class DraftBuilds:
    """Both builds. `now` is the draft's, `before` the project's."""

    now: Build
    before: Build | None
    figures: tuple[FigureRow, ...]
    accuracy: DraftAccuracy | None
    accuracy_before: DraftAccuracy | None
    is_current: bool
    """Whether the draft's build has its files as they are now."""

    @property
    def compare_url(self) -> str:
        """The address of the page that compares both on the same samples; "" without an earlier build."""
        place = self.now.project.full_name
        return (
            "" if self.before is None else f"/compare?one={place}@{self.before.number}&other={place}@{self.now.number}"
        )

    @property
    def chance_sentence(self) -> str:
        """A sentence about both accuracies; "" where there are not two."""
        one, other = self.accuracy_before, self.accuracy
        if one is None or other is None:
            return ""
        if one.overlaps(other):
            return "The ranges overlap: the difference of the accuracies can be chance."
        return "The ranges do not overlap: the difference of the accuracies is not likely to be chance."

    @property
    def samples_words(self) -> str:
        """How many test samples the accuracies are of."""
        return counted((self.accuracy or self.accuracy_before or _NONE).samples, "test sample")


_NONE = DraftAccuracy(0, 0, 0, 0)


def draft_builds(principal: Principal, draft: Draft, digest: str) -> DraftBuilds | None:
    """Returns both builds; None while nothing of the draft is built. `digest` is that of the draft's files now."""
    builds = builds_of(principal, draft.project).succeeded().exclude(artefact=None)
    now = builds.filter(_is_of_draft(draft, digest)).first()
    if now is None or now.version is None:
        return None
    before = builds.without_proposals().exclude(pk=now.pk).first()
    rows = figure_rows(figures_of(now), None if before is None else figures_of(before))
    return DraftBuilds(
        now,
        before,
        tuple(each for each in rows if each.name.startswith(_SHOWN)),
        _accuracy(now),
        None if before is None else _accuracy(before),
        now.version.digest == digest,
    )


def last_build(principal: Principal, draft: Draft, digest: str) -> Build | None:
    """Returns the newest build of a draft, also one that runs or failed; None where nobody built it."""
    return builds_of(principal, draft.project).filter(_is_of_draft(draft, digest)).first()


def _is_of_draft(draft: Draft, digest: str) -> Q:
    """Returns the condition of builds of a draft's files, as they are now or were when somebody built them."""
    is_of_files = Q(version__in=draft.versions.all()) | Q(version__digest=digest)
    return is_of_files & Q(created__gte=draft.files.created)


def trial_facts(principal: Principal, builds: DraftBuilds | None) -> dict[str, Any]:
    """Returns what the player needs to run the draft's build beside the project's; {} without a build."""
    if builds is None or builds.now.artefact is None:
        return {}
    before = builds.before
    is_other = before is not None and figures_of(before).digest != figures_of(builds.now).digest
    return {
        "rune_url": rune_url(builds.now),
        "build": builds.now,
        "examples": inputs_for_reader(principal, builds.now),
        "before": before,
        "judged_name": "Draft",
        "before_name": f"Project, build {before.number}" if before is not None else "",
        "before_short": "Project",
        "before_url": rune_url(before) if is_other and before is not None else None,
    }


def _accuracy(build: Build) -> DraftAccuracy | None:
    evaluation = evaluation_of(build)
    share = None if evaluation is None else evaluation.accuracy
    if evaluation is None or share is None:
        return None
    return DraftAccuracy(share.value, share.low, share.high, len(evaluation.pairs))
