"""Builds and their logs as JSON, for the API and the sockets."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict, cast

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.builds.choices import MannerJson, choices_of_build, manner_to_json
from forge.builds.evaluations.limits import JudgedLimitJson, judged_to_json, judgements_of
from forge.builds.evaluations.outcomes import EvaluationSummaryJson
from forge.builds.models import Build, BuildTrigger
from forge.builds.serializers.packages import BuildPackageJson, package_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.versions.serializers import NamedDataVersionJson, named_version_to_json
from forge.jobs.models import JobLogLine
from forge.jobs.serializers import JobStateJson
from rune.assessment.verify.verification import VerificationJson
from rune.compiler.building.report import ToolchainReportJson
from rune.source.policy.policy import PolicyJson
from rune.source.runefile import DiagnosticJson


class BuiltVersionJson(TypedDict):
    """The version that was built; a preview's has no number."""

    number: int | None
    digest: str


class MeasurementJson(TypedDict):
    """The median of `runs` runs in milliseconds, and its quartiles, which builds of before lack."""

    milliseconds: float
    runs: int
    low: NotRequired[float]
    high: NotRequired[float]


class BuildReportJson(ToolchainReportJson):
    """The report of a build. `run` is null where the server could not run the rune, and `policy` where there is no
    `forge.yml`; a preview's has none of these."""

    policy: NotRequired[PolicyJson | None]

    verify: NotRequired[VerificationJson]
    run: NotRequired[MeasurementJson | None]


class BuildJson(TypedDict):
    """A build. `manner` is what the project had chosen when it was asked for, or what its `forge.yml` says."""

    id: Uuid
    job: Annotated[Uuid | None, "the job that makes it; null for a preview"]
    number: int | None
    kind: Annotated[str, choices("BuildKind", BuildTrigger.values)]
    state: JobStateJson
    attempt: int
    version: BuiltVersionJson
    change_request: Annotated[int | None, "the change request whose merged result it is, while that is not merged"]
    manner: MannerJson
    requested_by: PersonJson | None
    created: Timestamp
    started: Timestamp | None
    finished: Timestamp | None
    report: BuildReportJson | None
    data: Annotated[NamedDataVersionJson | None, "the version of the data that it is tested on"]
    evaluation: EvaluationSummaryJson | None
    packages: list[BuildPackageJson]
    limits: list[JudgedLimitJson]
    diagnostics: list[DiagnosticJson]
    error: str | None
    url: str | None
    rune_url: str | None


class LogLineJson(TypedDict):
    """A line of a build's log."""

    number: int
    step: str
    text: str
    milliseconds: float | None
    level: str


class BuildLogJson(TypedDict):
    """A build's log."""

    lines: list[LogLineJson]


def build_url(build: Build) -> str | None:
    """The page of a build; previews have none."""
    return f"{build.project.get_absolute_url()}/builds/{build.number}" if build.number else None


def rune_url(build: Build) -> str:
    """Returns the address where a member reads the build's rune, once it has one."""
    return f"/api/v1/builds/{build.pk}/rune"


def build_to_json(build: Build) -> BuildJson:
    """A build. Reads its project with organisation, its versions of files and data, artefact, packages and the person
    who asked."""
    return {
        "id": str(build.pk),
        "job": str(build.job_id) if build.job_id else None,
        "number": build.number,
        "kind": build.kind,
        "state": build.state,
        "attempt": build.attempt,
        "version": {"number": build.version.number if build.version else None, "digest": build.version_digest},
        "change_request": build.change_request,
        "manner": manner_to_json(choices_of_build(build)),
        "requested_by": person_to_json(build.requested_by) if build.requested_by else None,
        "created": build.created.isoformat(),
        "started": build.started.isoformat() if build.started else None,
        "finished": build.finished.isoformat() if build.finished else None,
        "report": _report(build),
        "data": named_version_to_json(build.data_version, build.project) if build.data_version else None,
        "evaluation": cast("EvaluationSummaryJson | None", build.evaluation),
        "packages": [package_to_json(each) for each in build.packages.all()],
        "limits": [judged_to_json(each) for each in judgements_of(build)],
        "diagnostics": build.diagnostics,
        "error": build.error or None,
        "url": build_url(build),
        "rune_url": rune_url(build) if build.artefact_id else None,
    }


def _report(build: Build) -> BuildReportJson | None:
    """The artefact's report, with what was measured for this build. The map of its memory is for the page alone, its
    kernels are for the command."""
    if build.artefact is None:
        return None
    parts = {name: part for name, part in build.artefact.report.items() if name not in ("memory_map", "kernels")}
    report = cast("BuildReportJson", parts)
    return {**report, "run": build.measurement} if "run" in report else report


def log_line_to_json(line: JobLogLine) -> LogLineJson:
    """A line of a log."""
    return {
        "number": line.number,
        "step": line.step,
        "text": line.text,
        "milliseconds": line.milliseconds,
        "level": line.level,
    }
