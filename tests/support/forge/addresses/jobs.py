"""The addresses of jobs."""

from __future__ import annotations

from forge.builds.packages.firmware import FIRMWARE
from forge.compute.scheduler.slots import Party
from forge.jobs.models import Job, JobState
from forge.jobs.queue import enqueue
from forge.projects.models import Project
from tests.support.forge.addresses.table import EDIT, NO_ID, ORGANISATION, PAGE, READ, SENT, Case

CASES: list[Case] = [
    ("get", "api/v1/organisations/<str:organisation>/jobs", f"{ORGANISATION}/jobs", None, READ),
    ("get", "<str:organisation>/-/jobs", "acme/-/jobs", None, PAGE),
    ("get", "<str:organisation>/-/jobs/<uuid:job>", "JOB_PAGE", None, PAGE),
    ("form", "<str:organisation>/-/jobs/<uuid:job>/do", "JOB_PAGE/do", {"do": "cancel"}, SENT),
    ("get", "api/v1/jobs/<uuid:job_id>", "JOB", None, READ),
    ("get", "api/v1/jobs/<uuid:job_id>/log", "JOB/log", None, READ),
    ("post", "api/v1/jobs/<uuid:job_id>/cancel", "JOB/cancel", {}, EDIT),
    ("post", "api/v1/jobs/<uuid:job_id>/retry", "FAILED_JOB/retry", {}, (202, 202, 202, 403, 403, 404, 401)),
]


def job_addresses(project: Project) -> dict[str, str]:
    """The addresses of a job that waits and of one that failed."""
    party = Party(project.organisation_id)
    jobs = [
        enqueue(FIRMWARE, party.organisation, {"build": NO_ID, "n": number}, party=party, project=project)
        for number in range(2)
    ]
    Job.objects.filter(pk=jobs[1].pk).update(state=JobState.FAILED)
    waiting, failed = (f"api/v1/jobs/{job.pk}" for job in jobs)
    page = f"acme/-/jobs/{jobs[0].pk}"
    return {
        "JOB": waiting,
        "JOB/log": f"{waiting}/log",
        "JOB/cancel": f"{waiting}/cancel",
        "FAILED_JOB/retry": f"{failed}/retry",
        "JOB_PAGE": page,
        "JOB_PAGE/do": f"{page}/do",
    }
