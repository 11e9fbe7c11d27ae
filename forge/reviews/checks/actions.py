"""Posting the result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import confirmed_addresses
from forge.accounts.models import ApiToken
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, PrincipalKind
from forge.accounts.scopes import Scope
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.checks.access import required_checks
from forge.reviews.checks.announcements import CHECK_POSTED
from forge.reviews.checks.models import MAX_LINK, MAX_TEXT, CheckResult, CheckState
from forge.reviews.errors import NewerBuild, NotReviewable, RobotNeeded, UnknownCheck, WrongRobot
from forge.reviews.rounds.access import is_reviewable
from rune.source.policy import RequiredCheck
from rune.wording import listed, plain


@dataclass(frozen=True)
class ReportedCheck:
    """An external check of the rune of this digest: a state, a line of text, and a link over https or none."""

    digest: str
    state: str
    text: str = ""
    link: str = ""


@transaction.atomic
def post_check(actor: Actor, build: Build, name: str, result: ReportedCheck) -> CheckResult:
    """Sets what a robot says of a build's bytes, in place of what it said before.

    Raises `Forbidden`, `RobotNeeded`, `WrongRobot`, `UnknownCheck`, `NotReviewable`, `NewerBuild` and `Invalid`.
    """
    project = build.project
    require(actor, Verb.POST_CHECK, project)
    if not is_reviewable(build) or build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be checked.")
    token, robot = _robot(actor, name)
    _require_robot(build, robot)
    _require_one(token)
    if result.digest != build.artefact.digest:
        raise NewerBuild("The digest is not the one of this build's rune. Read the build again.")
    text, link = _checked_text(result), _checked_link(result.link)
    # The project's row is the lock: of two results at once, one comes after the other.
    Project.objects.lock(build.project_id)
    row, _ = CheckResult.objects.update_or_create(
        project=project,
        rune_digest=build.artefact.digest,
        name=name,
        token=token,
        defaults={
            "owner": token.owner,
            "token_name": token.name,
            "build": build,
            "state": result.state,
            "text": text,
            "link": link,
            "posted": timezone.now(),
        },
    )
    write_entry(
        actor,
        "check.post",
        build.subject,
        project.place,
        number=build.number,
        check=name,
        state=result.state,
        rune=build.artefact.digest,
    )
    event = CHECK_POSTED(build=str(build.pk), number=build.number or 0, name=name, state=result.state)
    append_event(project.stream, event, actor)
    return row


def _robot(actor: Actor, name: str) -> tuple[ApiToken, RequiredCheck]:
    """Returns the actor, as a robot that could be named for the check. Raises `RobotNeeded`."""
    token = None
    if isinstance(actor, Principal) and actor.kind == PrincipalKind.TOKEN:
        token = ApiToken.objects.visible_to(actor).filter(pk=actor.id).first()
    if actor.person is None or token is None:
        raise RobotNeeded("The result of a check is posted by its robot, with a token.")
    address = confirmed_addresses([actor.person]).get(actor.person.pk, "")
    return token, RequiredCheck(name, address, token.name)


def _require_one(token: ApiToken) -> None:
    """Raises `WrongRobot` where another token of the account, which could post too, has the same name."""
    others = ApiToken.objects.alive().filter(owner=token.owner_id, name=token.name).exclude(pk=token.pk)
    if any(Scope.CHECK_WRITE in each.scopes for each in others):
        name = plain(token.name, 80)
        raise WrongRobot(f"The account has several tokens called {name}, and a check has one robot. Delete the others.")


def _require_robot(build: Build, robot: RequiredCheck) -> None:
    """Raises `UnknownCheck` where no rule names the check, and `WrongRobot` where each names another robot for it."""
    checks = required_checks(build)
    of_name = [each for each in checks if each.name == robot.name]
    if not of_name:
        names = list(dict.fromkeys(each.name for each in checks))
        known_names = f"It names {listed(names)}." if names else "It names none."
        raise UnknownCheck(f"forge.yml names no check {plain(robot.name, 40)}. {known_names}")
    if robot not in of_name:
        robots = listed([plain(each.robot, 200) for each in of_name])
        own = f"{robot.account or 'an account whose address is not confirmed'}/{plain(robot.token, 80)}"
        raise WrongRobot(f"Results of {robot.name} are posted by {robots}. This token is {own}.")


def _checked_text(result: ReportedCheck) -> str:
    if result.state not in CheckState.values:
        states = ", ".join(CheckState.values)
        raise Invalid(f"A state must be one of {states}.", errors={"state": [f"one of {states}"]})
    text = " ".join(result.text.split())
    if len(text) > MAX_TEXT or not text.isprintable():
        message = f"The text is one line of at most {MAX_TEXT} characters."
        raise Invalid(message, errors={"text": [message]})
    return text


def _checked_link(link: str) -> str:
    link = link.strip()
    if not link:
        return ""
    try:
        split = urlsplit(link)
        is_good = split.scheme == "https" and bool(split.hostname) and split.port != 0
    except ValueError:
        is_good, split = False, urlsplit("")
    is_plain = link.isascii() and link.isprintable() and " " not in link and "\\" not in link
    if not is_good or not is_plain or "@" in split.netloc or len(link) > MAX_LINK:
        message = f"A link begins with https://, has a host, no user, and at most {MAX_LINK} characters."
        raise Invalid(message, errors={"link": [message]})
    return link
