"""The addresses of training, and what they stand for."""

from __future__ import annotations

from forge.accounts.models import User
from forge.datasets.models import DataSet, Sample
from forge.jobs.models import Job, JobState
from forge.projects.models import Project
from tests.support.forge.addresses.table import MAKE, PAGE, READ, SENT, Case
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

_API = "api/v1/projects/acme/kitchen/training"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/training"
_ONE = f"{_ROUTE}/<int:number>"
_PAGE = "<str:organisation>/<str:name>/training"
_ONE_PAGE = f"{_PAGE}/<int:number>"
_START = "<str:organisation>/<str:name>/start"
_OVER = (409, 409, 409, 403, 403, 404, 401)
_OVER_PAGE = (409, 409, 409, 403, 403, 404, 302)

CASES: list[Case] = [
    ("get", _ROUTE, _API, None, READ),
    ("post", _ROUTE, _API, {"recipe": "motion"}, MAKE),
    ("get", f"{_ROUTE}/recipes", f"{_API}/recipes", None, READ),
    (
        "post",
        f"{_ROUTE}/augmentation",
        f"{_API}/augmentation",
        {"recipe": "motion-trees"},
        (400, 400, 400, 400, 400, 404, 401),
    ),
    ("get", f"{_ROUTE}/sizes", f"{_API}/sizes?recipe=none", None, (400, 400, 400, 400, 400, 404, 401)),
    ("post", f"{_ROUTE}/needs", f"{_API}/needs", {"recipe": "none"}, (400, 400, 400, 400, 400, 404, 401)),
    ("get", f"{_ROUTE}/teach", f"{_API}/teach", None, (422, 422, 422, 422, 422, 404, 401)),
    ("post", f"{_ROUTE}/teach", f"{_API}/teach", {}, (400, 400, 400, 403, 403, 404, 401)),
    ("get", _ONE, f"{_API}/1", None, READ),
    ("get", f"{_ONE}/files/<path:path>", f"{_API}/1/files/model.tflite", None, READ),
    ("get", _PAGE, "acme/kitchen/training", None, PAGE),
    ("form", f"{_PAGE}/begin", "acme/kitchen/training/begin", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", _START, "acme/kitchen/start", None, (200, 200, 200, 403, 403, 404, 302)),
    ("form", f"{_START}/phone", "acme/kitchen/start/phone", {"label": "tap"}, (200, 200, 200, 200, 403, 404, 302)),
    ("form", f"{_START}/examples", "acme/kitchen/start/examples", {}, (409, 409, 409, 403, 403, 404, 302)),
    (
        "form",
        f"{_START}/examples/remove",
        "acme/kitchen/start/examples/remove",
        {},
        (200, 200, 200, 403, 403, 404, 302),
    ),
    ("get", f"{_START}/phone/<uuid:link_id>", "START_PHONE", None, (200, 200, 200, 200, 403, 404, 302)),
    ("form", f"{_START}/phone/<uuid:link_id>/end", "START_PHONE_END", {}, (404, 404, 404, 404, 403, 404, 302)),
    ("get", f"{_PAGE}/compare", "acme/kitchen/training/compare?run=1&run=2", None, PAGE),
    ("get", f"{_PAGE}/teach", "acme/kitchen/training/teach", None, (200, 200, 200, 403, 403, 404, 302)),
    ("get", _ONE_PAGE, "acme/kitchen/training/1", None, PAGE),
    ("form", f"{_ONE_PAGE}/again", "acme/kitchen/training/1/again", {}, SENT),
    ("form", f"{_ONE_PAGE}/use", "acme/kitchen/training/1/use", {}, SENT),
    ("form", f"{_ONE_PAGE}/discard", "acme/kitchen/training/1/discard", {}, SENT),
    ("form", f"{_ONE_PAGE}/<slug:verb>", "acme/kitchen/training/1/stop", {}, _OVER_PAGE),
]


def training_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Adds finished runs, at least two, on a version of motions alone, from which a run can learn; nothing is named by
    an id."""
    others = Sample.objects.filter(data_set__project=project, is_excluded=False)
    numbers = list(others.values_list("pk", flat=True))
    others.update(is_excluded=True)
    motion_version(person, project)
    Sample.objects.filter(pk__in=numbers).update(is_excluded=False)
    # As the addresses of the data expect it.
    DataSet.objects.update(revision=2)
    for _ in range(max(2, size)):
        run = finish_run(motion_run(person, project))
        assert run.job is not None
        Job.objects.filter(pk=run.job.pk).update(state=JobState.SUCCEEDED)
    return {}
