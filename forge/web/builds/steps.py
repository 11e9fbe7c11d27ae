"""The progress of a build as one line: built, reviewed, published; and the one step that comes next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from forge.jobs.models import JobState
from forge.reviews.rounds.decision import ReviewState
from rune.wording import counted, listed


@dataclass(frozen=True)
class BuildStanding:
    """The state of a build for the line of steps. `review_number` and `review_address` are of its newest review."""

    address: str
    state: JobState
    review: ReviewState | None = None
    approvals: int = 0
    review_number: int | None = None
    review_address: str = ""
    tags: tuple[str, ...] = ()
    next_tag: str = ""
    missed_limits: tuple[str, ...] = ()
    gate_is_open: bool = False
    """Whether the next tag demands nothing that the build lacks."""
    is_protected: bool = False
    may_edit: bool = False
    may_ask: bool = False
    may_publish: bool = False
    change_request: int | None = None
    """The change request whose merged result it is, while that is not merged: it decides what comes next."""
    judges: bool = False
    """Whether the person's verdict is still to be given, which is their main action."""


@dataclass(frozen=True)
class LineStep:
    """A step of the line. `state` is its colour: done, wrong, waiting, or to come."""

    title: str
    detail: str
    state: Literal["done", "wrong", "waiting", "to-come"]
    address: str = ""


@dataclass(frozen=True)
class NextStep:
    """The person's next step."""

    words: str
    address: str
    kind: Literal["fix", "ask", "publish", "use", "review", "merge"]
    is_main: bool = True


def steps(build: BuildStanding) -> tuple[LineStep, ...]:
    """Returns the steps of a build: built, reviewed, published."""
    return (_build_step(build), _review_step(build), _publication_step(build))


def next_step(build: BuildStanding) -> NextStep | None:
    """The one that comes next; None where the person can do none. The main action of who judges is the verdict."""
    step = _next(build)
    if step is None or not (build.judges or step.kind in ("use", "review")):
        return step
    return replace(step, is_main=False)


def _next(build: BuildStanding) -> NextStep | None:
    project = build.address.rpartition("/builds/")[0]
    if build.state is JobState.FAILED:
        return NextStep("Fix in the studio", f"{project}/studio", "fix") if build.may_edit else None
    if build.state is not JobState.SUCCEEDED:
        return None
    if build.tags:
        return NextStep(f"Use {build.tags[0]}", f"{project}?tag={build.tags[0]}", "use")
    if build.change_request is not None:
        number = build.change_request
        return NextStep(f"Open change request {number}", f"{project}/change-requests/{number}", "merge")
    if build.missed_limits and build.may_edit:
        return NextStep("Fix in the studio", f"{project}/studio", "fix")
    is_agreed = build.review is ReviewState.APPROVED or (build.is_protected and build.gate_is_open)
    if build.may_publish and (is_agreed or not build.may_ask):
        return NextStep(f"Publish as {build.next_tag}", f"{build.address}/publish", "publish")
    if build.review in (ReviewState.WAITING, ReviewState.CHANGES) and build.review_number is not None:
        return NextStep(f"Open review {build.review_number}", build.review_address, "review")
    if build.may_ask and not is_agreed:
        return NextStep("Ask for a review", f"{build.address}/ask", "ask")
    return None


def _build_step(build: BuildStanding) -> LineStep:
    match build.state:
        case JobState.SUCCEEDED:
            if build.missed_limits:
                return LineStep("Built", f"Missed: {listed(build.missed_limits)}", "wrong", f"{build.address}#limits")
            return LineStep("Built", "", "done")
        case JobState.FAILED:
            return LineStep("Failed", "", "wrong")
        case JobState.CANCELLED:
            return LineStep("Cancelled", "", "to-come")
    return LineStep("Building", "", "waiting")


def _review_step(build: BuildStanding) -> LineStep:
    review = "" if build.review_number is None else f"review {build.review_number}"
    match build.review:
        case ReviewState.APPROVED:
            detail = ", ".join(each for each in (counted(build.approvals, "approval"), review) if each)
            return LineStep("Reviewed", detail, "done", build.review_address)
        case ReviewState.CHANGES:
            return LineStep("Changes requested", review, "wrong", build.review_address)
        case ReviewState.WAITING:
            return LineStep("In review", review, "waiting", build.review_address)
    return LineStep("Reviewed", "Not yet", "to-come", build.review_address)


def _publication_step(build: BuildStanding) -> LineStep:
    if not build.tags:
        return LineStep("Published", "Not yet" if build.change_request is None else "Once it is merged", "to-come")
    project = build.address.rpartition("/builds/")[0]
    return LineStep("Published", listed(build.tags), "done", f"{project}?tag={build.tags[0]}")
