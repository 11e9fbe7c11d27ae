"""The events of builds and previews, what becomes of them, and the sentences of the audit log about builds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NotRequired, TypedDict
from uuid import UUID

from forge.builds.choices import AimJson, MatchJson
from forge.builds.evaluations.limits import JudgedLimitJson
from forge.builds.models import Build
from forge.builds.serializers.builds import BuildJson, LogLineJson
from forge.builds.serializers.packages import BuildPackageJson
from forge.builds.serializers.previews import PreviewJson, PreviewStateJson, WatchJson
from forge.collab.pushed_runes import PREVIEW_DOWNLOAD
from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditSentences, AuditTopic, Thing, ids_among, things_named
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.jobs.models import JobState

LONGEST_ERROR = 200
"""Characters of a build's error in a notice."""


class BuildChangedJson(TypedDict):
    """A numbered build was requested, started, ended, or was put back into the queue."""

    build: BuildJson


class PackageChangedJson(TypedDict):
    """A package of a numbered build was begun, is made or was refused; `limits` are what is said of the build now."""

    build: Uuid
    package: BuildPackageJson
    limits: list[JudgedLimitJson]


class BuildLogAppendedJson(TypedDict):
    """A numbered build's log has more lines."""

    build: Uuid
    lines: list[LogLineJson]


class TargetsChangedJson(TypedDict):
    """Later builds of the project make packages for these targets. In what manner goes with the message alone: who
    reads the log asks."""

    targets: list[str]
    optimize: NotRequired[AimJson]
    optimize_packages: NotRequired[AimJson]
    match: NotRequired[MatchJson]


class PreviewChangedJson(TypedDict):
    """The preview changed; `preview` is sent with it if it is small."""

    sequence: int
    state: PreviewStateJson
    preview: NotRequired[PreviewJson]


class PreviewWatchedJson(TypedDict):
    """A watched preview, or the preview of a tried fix, changed; `answer` is sent with it."""

    watch: Uuid
    state: PreviewStateJson
    answer: NotRequired[WatchJson]


FAILED_BUILDS = NoticeTopic(
    "build-failed",
    icon="triangle-exclamation-point",
    messages={"error": "{error}", "no-error": "The build failed"},
    values=("error",),
    action="See why",
)
ENDED_BUILDS = WebhookTopic("build", "Builds that end")
WEBHOOK_TYPES: Mapping[str, str] = {
    JobState.SUCCEEDED: "build.succeeded",
    JobState.FAILED: "build.failed",
    JobState.LOST: "build.failed",
    JobState.CANCELLED: "build.cancelled",
}


def _activity(event: StoredEvent[BuildChangedJson]) -> ActivityEntry | None:
    """Returns an entry of the person who requested the build, once it has ended."""
    build = event.data["build"]
    person = build["requested_by"]
    if build["state"] not in (JobState.SUCCEEDED, JobState.FAILED, JobState.LOST) or person is None:
        return None
    failure = "" if build["state"] == JobState.SUCCEEDED else f"· build {build['number']} failed"
    facts = {"number": build["number"], "failure": failure}
    agent = Build.objects.filter(pk=build["id"]).values_list("job__agent", flat=True).first()
    if change_request := build.get("change_request"):
        facts |= {"change_request": change_request}
        return ActivityEntry("built-change", str(change_request), facts, UUID(person["id"]), agent, act=build["id"])
    return ActivityEntry("built", "", facts, UUID(person["id"]), agent, act=build["id"])


def _notice(event: StoredEvent[BuildChangedJson]) -> NoticeDraft | None:
    """Tells the person who requested a build that it failed. One that succeeded is seen where it was requested."""
    build = event.data["build"]
    if build["state"] not in (JobState.FAILED, JobState.LOST):
        return None
    person = build["requested_by"]
    error = str(build["error"] or "").partition("\n")[0][:LONGEST_ERROR]
    return NoticeDraft(
        FAILED_BUILDS,
        "error" if error else "no-error",
        title=f"Build {build['number']}",
        subject=f"build:{build['id']}",
        path=f"/builds/{build['number']}",
        values={"error": error},
        participants=frozenset({UUID(person["id"])} if person else ()),
    )


def _message(event: StoredEvent[BuildChangedJson], project: PlaceAddress) -> WebhookMessage | None:
    build = event.data["build"]
    if build["state"] not in WEBHOOK_TYPES:
        return None
    report = build["report"] if build["state"] == JobState.SUCCEEDED else None
    rune = report.get("rune") if report else None
    data = {
        "id": build["id"],
        "number": build["number"],
        "change_request": build.get("change_request"),
        "state": build["state"],
        "error": build["error"] or None,
        "rune": {"digest": rune["digest"], "size": rune["size"]} if rune else None,
        "url": f"{project.url}/builds/{build['number']}",
    }
    return WebhookMessage(WEBHOOK_TYPES[build["state"]], {"build": data})


BUILD_CHANGED = declare(
    EventType(
        "build.changed",
        StreamKind.PROJECT,
        BuildChangedJson,
        ("versions",),
        audit=AuditSentences(
            AuditTopic.BUILDS,
            {
                "build.request": "requested {build} of {project}",
                # Of entries that are older than jobs: the audit entry of a job tells it now.
                "build.cancel": "cancelled {build} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "built": ActivitySentence("built", rest="{failure}", path="/builds/{number}"),
                "built-change": ActivitySentence(
                    "built", rest="with change request {change_request} {failure}", path="/builds/{number}"
                ),
            },
            _activity,
            values=("number", "failure", "change_request"),
        ),
        notice=NoticeAnnouncement((FAILED_BUILDS,), _notice),
        webhook=WebhookAnnouncement(ENDED_BUILDS, tuple(dict.fromkeys(WEBHOOK_TYPES.values())), _message),
    )
)
TARGETS_CHANGED = declare(
    EventType(
        "targets.changed",
        StreamKind.PROJECT,
        TargetsChangedJson,
        audit=AuditSentences(AuditTopic.BUILDS, {"targets.choose": "changed the build settings of {project}"}),
    )
)
PACKAGE_CHANGED = declare(EventType("package.changed", StreamKind.PROJECT, PackageChangedJson))
BUILD_LOG = declare(EventType("build.log", StreamKind.PROJECT, BuildLogAppendedJson))
PREVIEW_CHANGED = declare(EventType("preview.changed", StreamKind.PROJECT, PreviewChangedJson))
PREVIEW_WATCHED = declare(EventType("preview.watched", StreamKind.PROJECT, PreviewWatchedJson))

# Actions that write no event.
declare_sentences(
    AuditTopic.DOWNLOADS,
    {
        "rune.download": "downloaded the rune of {build} of {project}",
        "package.download": "downloaded a package of {build} of {project}",
        PREVIEW_DOWNLOAD: "ran the preview of {project}",
    },
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Returns the names of numbered builds."""
    ids = ids_among(keys, "build")
    builds = Build.objects.numbered().select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {each.subject: Thing(f"build {each.number}", _page(each)) for each in builds}


def _page(build: Build) -> str:
    return "" if build.project.deleted_at else f"{build.project.get_absolute_url()}/builds/{build.number}"
