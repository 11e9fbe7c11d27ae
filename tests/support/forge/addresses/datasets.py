"""The addresses of a project's data, and what they stand for."""

from __future__ import annotations

from forge.accounts.models import User
from forge.datasets.collecting.actions import (
    make_collecting_link,
)
from forge.datasets.collecting.task import Task
from forge.datasets.imports.actions import Defaults, begin_import
from forge.datasets.models import DataSet, SampleRemoval
from forge.datasets.models.samples import SampleKind
from forge.datasets.versions.actions import save_version
from forge.projects.models import Project
from tests.support.forge.addresses.table import EDIT, NONE_PAGE, PAGE, READ, SENT, Case
from tests.support.forge.factories.recordings import consent_of, sample_of, submission_of

_DATA = "api/v1/projects/acme/kitchen/data"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/data"
_GIVE = (409, 409, 409, 409, 403, 404, 401)
_PAGE = "<str:organisation>/<str:name>/data"
_MARKS = {"revision": 99, "changes": [{"number": 1, "label": "glass"}]}
_AGREEMENT = {"purposes": ["tests"], "days": 90, "text": "x"}

CASES: list[Case] = [
    # These read bytes, which the cases that delete take from the disk for good.
    ("get", f"{_ROUTE}/samples/<int:number>/parts", f"{_DATA}/samples/1/parts", None, READ),
    (
        "post",
        f"{_ROUTE}/samples/<int:number>/parts",
        f"{_DATA}/samples/1/parts",
        {"revision": 99, "parts": [{"start": 0, "end": 5, "label": "knock"}]},
        EDIT,
    ),
    ("get", "api/v1/data/consents", "", None, (200, 200, 200, 200, 200, 200, 401)),
    ("get", "api/v1/data/consents/<uuid:consent_id>", "DATA_CONSENT", None, READ),
    (
        "delete",
        "api/v1/data/consents/<uuid:consent_id>",
        "DATA_CONSENT",
        None,
        (200, 200, 404, 404, 404, 404, 401),
    ),
    (
        "post",
        "api/v1/data/consents/<uuid:consent_id>/agree-anew",
        "DATA_AGREE_ANEW",
        _AGREEMENT,
        (404, 404, 404, 404, 404, 404, 401),
    ),
    ("get", "recordings", "recordings", None, (200, 200, 200, 200, 200, 200, 302)),
    ("get", "recordings/<uuid:consent_id>/agree", "RECORDINGS_AGREE", None, NONE_PAGE),
    ("form", "recordings/<uuid:consent_id>/agree", "RECORDINGS_AGREE", _AGREEMENT, NONE_PAGE),
    (
        "form",
        "recordings/<uuid:consent_id>/withdraw",
        "RECORDINGS_WITHDRAW",
        {},
        (200, 200, 404, 404, 404, 404, 302),
    ),
    ("get", f"{_PAGE}/removals", "acme/kitchen/data/removals", None, PAGE),
    ("get", f"{_PAGE}/removals/<uuid:removal_id>", "DATA_REMOVAL", None, PAGE),
    ("get", _ROUTE, _DATA, None, READ),
    ("patch", _ROUTE, _DATA, {"restricted": True}, (200, 200, 403, 403, 403, 404, 401)),
    (
        "form",
        f"{_PAGE}/playing",
        "acme/kitchen/data/playing",
        {"who": "managers"},
        (302, 302, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        f"{_PAGE}/licence",
        "acme/kitchen/data/licence",
        {"licence": "CC-BY-4.0"},
        (302, 302, 403, 403, 403, 404, 302),
    ),
    ("get", f"{_ROUTE}/terms", f"{_DATA}/terms", None, READ),
    ("post", f"{_ROUTE}/consents", f"{_DATA}/consents", _AGREEMENT, _GIVE),
    ("get", f"{_ROUTE}/samples", f"{_DATA}/samples?label=knock&split=train", None, READ),
    ("post", f"{_ROUTE}/samples", "DATA_ADD", b"1,2,3\n", _GIVE),
    ("get", f"{_ROUTE}/samples/numbers", f"{_DATA}/samples/numbers", None, READ),
    ("post", f"{_ROUTE}/samples/marks", f"{_DATA}/samples/marks", _MARKS, EDIT),
    ("get", f"{_ROUTE}/samples/<int:number>", f"{_DATA}/samples/1", None, READ),
    (
        "delete",
        f"{_ROUTE}/samples/<int:number>",
        f"{_DATA}/samples/1",
        None,
        (204, 204, 404, 404, 404, 404, 401),
    ),
    ("get", f"{_ROUTE}/samples/<int:number>/recording", f"{_DATA}/samples/1/recording", None, READ),
    (
        "post",
        f"{_ROUTE}/samples/deletions",
        f"{_DATA}/samples/deletions",
        {"numbers": [1]},
        (200, 200, 404, 404, 404, 404, 401),
    ),
    ("get", f"{_ROUTE}/queue", f"{_DATA}/queue", None, READ),
    ("post", f"{_ROUTE}/queue", f"{_DATA}/queue", {"mode": "second-look"}, EDIT),
    ("post", f"{_ROUTE}/queue/labels", f"{_DATA}/queue/labels", {"number": 1, "label": "knock"}, EDIT),
    ("get", f"{_PAGE}/queue", "acme/kitchen/data/queue", None, (200, 200, 200, 403, 403, 404, 302)),
    ("form", f"{_PAGE}/queue", "acme/kitchen/data/queue", {"do": "take", "mode": "second-look"}, SENT),
    ("get", f"{_ROUTE}/analysis", f"{_DATA}/analysis", None, READ),
    ("post", f"{_ROUTE}/analysis", f"{_DATA}/analysis", {}, (202, 202, 202, 403, 403, 404, 401)),
    (
        "post",
        f"{_ROUTE}/analysis/environment",
        f"{_DATA}/analysis/environment",
        None,
        (202, 403, 403, 403, 403, 404, 401),
    ),
    ("get", f"{_ROUTE}/imports", f"{_DATA}/imports", None, READ),
    ("post", f"{_ROUTE}/imports", "DATA_IMPORTS", {"size": 5}, (400, 400, 400, 403, 403, 404, 401)),
    ("get", f"{_ROUTE}/imports/<uuid:import_id>", "DATA_IMPORT", None, READ),
    (
        "delete",
        f"{_ROUTE}/imports/<uuid:import_id>",
        "DATA_IMPORT",
        None,
        (204, 204, 404, 403, 403, 404, 401),
    ),
    ("put", f"{_ROUTE}/imports/<uuid:import_id>/bytes", "DATA_BYTES", b"x", (404, 404, 404, 403, 403, 404, 401)),
    ("post", f"{_ROUTE}/imports/<uuid:import_id>/start", "DATA_START", {}, (404, 404, 404, 403, 403, 404, 401)),
    ("get", f"{_ROUTE}/versions", f"{_DATA}/versions", None, READ),
    ("post", f"{_ROUTE}/versions", f"{_DATA}/versions", {"revision": 2}, (201, 201, 201, 403, 403, 404, 401)),
    ("get", f"{_ROUTE}/versions/<int:number>", f"{_DATA}/versions/1", None, READ),
    ("get", f"{_ROUTE}/versions/<int:number>/samples", f"{_DATA}/versions/1/samples", None, READ),
    ("get", f"{_ROUTE}/versions/<int:number>/export", f"{_DATA}/versions/1/export", None, READ),
    (
        "get",
        f"{_ROUTE}/versions/<int:number>/compared-with/<int:other>",
        f"{_DATA}/versions/1/compared-with/1",
        None,
        READ,
    ),
    ("get", _PAGE, "acme/kitchen/data", None, PAGE),
    ("get", f"{_PAGE}/versions/<int:number>", "acme/kitchen/data/versions/1", None, PAGE),
    ("get", f"{_PAGE}/cards", "acme/kitchen/data/cards?numbers=1", None, PAGE),
    ("get", f"{_PAGE}/collect", "acme/kitchen/data/collect", None, (200, 200, 200, 200, 403, 404, 302)),
    (
        "form",
        f"{_PAGE}/collect",
        "acme/kitchen/data/collect",
        {"kind": "sound", "purposes": "tests"},
        (200, 200, 200, 200, 403, 404, 302),
    ),
    # A phone's own page: no matter who asks, it says nothing before a code let the phone in.
    ("get", "collect/<uuid:link_id>", "COLLECT", None, (200,) * 7),
    ("get", "collect/<uuid:link_id>/state", "COLLECT/state", None, (401,) * 7),
    ("post", "collect/<uuid:link_id>/enter", "COLLECT/enter", {"token": "x"}, (400,) * 7),
    ("post", "collect/<uuid:link_id>/agree", "COLLECT/agree", {"text": "x"}, (401,) * 7),
    ("post", "collect/<uuid:link_id>/recordings", "COLLECT/recordings", b"1,2,3\n", (401,) * 7),
    ("post", "collect/<uuid:link_id>/leave", "COLLECT/leave", {}, (401,) * 7),
    ("get", "collect/<uuid:link_id>/receipt", "COLLECT/receipt", None, (200,) * 7),
    ("form", "collect/<uuid:link_id>/receipt", "COLLECT/receipt", {"token": "x"}, (400,) * 7),
    ("form", f"{_PAGE}/collect/<uuid:link_id>/end", "DATA_LINK_END", {}, SENT),
    ("get", f"{_PAGE}/waiting", "acme/kitchen/data/waiting", None, (200, 200, 200, 403, 403, 404, 302)),
    ("form", f"{_PAGE}/waiting", "DATA_WAITING", {"do": "refuse", "ids": "x"}, (400, 400, 400, 403, 403, 404, 302)),
    (
        "get",
        f"{_PAGE}/waiting/<uuid:submission_id>/recording",
        "DATA_WAITING_BYTES",
        None,
        (200, 200, 200, 403, 403, 404, 302),
    ),
    ("get", f"{_PAGE}/import", "acme/kitchen/data/import", None, (200, 200, 200, 403, 403, 404, 302)),
    ("form", f"{_PAGE}/imports", "acme/kitchen/data/imports", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", f"{_PAGE}/imports/<uuid:import_id>", "DATA_IMPORT_PAGE", None, PAGE),
    (
        "form",
        f"{_PAGE}/imports/<uuid:import_id>/start",
        "DATA_IMPORT_START",
        {},
        (404, 404, 404, 403, 403, 404, 302),
    ),
    (
        "form",
        f"{_PAGE}/imports/<uuid:import_id>/discard",
        "DATA_IMPORT_DISCARD",
        {},
        (302, 302, 404, 403, 403, 404, 302),
    ),
    ("get", f"{_PAGE}/samples/<int:number>", "acme/kitchen/data/samples/1", None, PAGE),
    ("get", f"{_PAGE}/samples/<int:number>/panel", "acme/kitchen/data/samples/1/panel", None, PAGE),
    ("form", f"{_PAGE}/analysis", "acme/kitchen/data/analysis", {}, SENT),
    (
        "form",
        f"{_PAGE}/analysis/environment",
        "acme/kitchen/data/analysis/environment",
        {},
        (302, 403, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        f"{_PAGE}/mark",
        "acme/kitchen/data/mark",
        {"numbers": "1", "do": "label", "label": "glass", "revision": "99"},
        SENT,
    ),
    ("form", f"{_PAGE}/versions", "acme/kitchen/data/versions", {"revision": "2"}, SENT),
    (
        "form",
        f"{_PAGE}/samples/<int:number>/delete",
        "acme/kitchen/data/samples/1/delete",
        {},
        (302, 302, 404, 404, 404, 404, 302),
    ),
]


def data_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Adds samples of a person and versions with them; gives what the addresses name by id. The revision is 2, whatever
    the size."""
    consents = [consent_of(person, project) for _ in range(size)]
    for consent in consents:
        sample_of(consent, person, pseudonym=f"Guest {consent.data_set.samples.count()}")
        save_version(person, project, revision=DataSet.objects.get().revision)
        data_import = begin_import(person, consent, 5, Defaults())
    DataSet.objects.update(revision=2)
    link, _ = make_collecting_link(person, project, Task(SampleKind.SOUND))
    requests = ("state", "enter", "agree", "recordings", "leave", "receipt")
    for number in range(size):
        submission = submission_of(project.created_by or person, project, number)
        guests = submission.collector.link
    DataSet.objects.update(revision=2)
    removal = SampleRemoval.objects.create(data_set=consents[0].data_set, reason="withdrawn", count=1)
    return {
        "DATA_AGREE_ANEW": f"api/v1/data/consents/{consents[0].pk}/agree-anew",
        "RECORDINGS_AGREE": f"recordings/{consents[0].pk}/agree",
        "RECORDINGS_WITHDRAW": f"recordings/{consents[0].pk}/withdraw",
        "DATA_REMOVAL": f"acme/kitchen/data/removals/{removal.pk}",
        "DATA_LINK_END": f"acme/kitchen/data/collect/{guests.pk}/end",
        "START_PHONE": f"acme/kitchen/start/phone/{link.pk}",
        "START_PHONE_END": f"acme/kitchen/start/phone/{link.pk}/end",
        "DATA_WAITING": "acme/kitchen/data/waiting",
        "DATA_WAITING_BYTES": f"acme/kitchen/data/waiting/{submission.pk}/recording",
        "COLLECT": f"collect/{link.pk}",
        **{f"COLLECT/{each}": f"collect/{link.pk}/{each}" for each in requests},
        "DATA_CONSENT": f"api/v1/data/consents/{consents[0].pk}",
        "DATA_IMPORTS": f"{_DATA}/imports",
        "DATA_IMPORT": f"{_DATA}/imports/{data_import.pk}",
        "DATA_BYTES": f"{_DATA}/imports/{data_import.pk}/bytes?offset=9",
        "DATA_START": f"{_DATA}/imports/{data_import.pk}/start",
        "DATA_IMPORT_PAGE": f"acme/kitchen/data/imports/{data_import.pk}",
        "DATA_IMPORT_START": f"acme/kitchen/data/imports/{data_import.pk}/start",
        "DATA_IMPORT_DISCARD": f"acme/kitchen/data/imports/{data_import.pk}/discard",
        "DATA_ADD": f"{_DATA}/samples?consent={consents[0].pk}&label=x",
    }
