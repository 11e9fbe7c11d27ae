"""Every address of the program, asked with a private project's own names and with names of nothing: answered alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver

from forge.accounts.actions import create_team, create_token, invite, remove_member
from forge.accounts.models import Organisation, User
from forge.builds.models import Build
from forge.builds.packages.firmware import FIRMWARE
from forge.builds.previews.actions import watch_wires
from forge.compute.scheduler.slots import Party
from forge.datasets.imports.actions import Defaults, begin_import
from forge.datasets.models import SampleRemoval
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.versions.actions import save_version
from forge.deployments.actions import create_key
from forge.jobs.queue import enqueue
from forge.learning.conversions.actions import begin_conversion
from forge.notices.models import Notice
from forge.projects.actions import delete_project, fork_project, update_project, write_file
from forge.projects.models import Project
from forge.registry.provenance.signing.actions.keys import add_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import GuestTerms, RequestedGroup, ask_for_review, begin_thread, invite_guest, offer_changes
from forge.webhooks.actions import create_webhook, ping
from tests.forge.web.strangers_requests import (
    ALIKE_FOR_ALL,
    IN_PROJECTS,
    ITS_OWN,
    METHODS,
    NOTHING,
    READ_AND_DO,
    UNKNOWN_RUNE,
    Names,
    Which,
    answers,
    assert_nothing_is_disclosed,
    each_address,
    quarter_and_all,
    quarters,
    routes,
)
from tests.support.forge.addresses.registry import standing_addresses
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import approved, built, packed
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.recordings import consent_of, sample_of, submission_of
from tests.support.forge.factories.signing_keys import SIGNING_KEY
from tests.support.forge.factories.suggestions import ready_copy

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]
A_SOUND = b"RIFF" + (36 + 64).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0" + (16000).to_bytes(4, "little")


A_SOUND += (32000).to_bytes(4, "little") + b"\x02\0\x10\0data" + (64).to_bytes(4, "little") + bytes(64)
"""A wav file of 32 silent samples."""


@pytest.fixture
def build(project: Project, developer: User, reviewer: User) -> Build:
    published = built(developer, project)
    packed(published, "cortex-m55")
    publish_build(developer, approved(published), "latest")
    begin_thread(reviewer, published, "It works")
    return published


@pytest.fixture
def names(build: Build, organisation: Organisation, project: Project, owner: User, developer: User) -> Names:
    """The parameters of what is there."""
    sample = send_sample(owner, project, [A_SOUND], label="up", days=90, consent=recording_terms(project, 90).text)
    recorded = sample_of(consent_of(owner, project), owner)
    save_version(owner, project, revision=recorded.revision)
    watch = watch_wires(owner, project, [{"stage": "number", "index": 0}])
    assert build.artefact is not None
    review = ask_for_review(owner, build, "Is it good?", reviewers=[RequestedGroup((owner.pk,))])
    thread = begin_thread(owner, review, "It works")
    twin = fork_project(developer, project, organisation, "twin")
    write_file(developer, twin, "Runefile.yml", b"version: 1\n")
    change = offer_changes(developer, twin, "Nothing but a head")
    link, _ = invite_guest(owner, review, GuestTerms("Lena"))
    invitation, _ = invite(owner, organisation, "viewer")
    token, _ = create_token(owner, "x", ["read"], None)
    notice = Notice.objects.filter(person=developer)[0]
    webhook, _ = create_webhook(owner, organisation, "https://example.com/hook", ["review"])
    delivery = ping(owner, webhook)
    key, _ = create_key(owner, deployed(owner, project, title="Lamp 71"), "site key")
    party = Party(organisation.pk, owner.pk)
    job = enqueue(FIRMWARE, organisation.pk, {"build": str(build.pk)}, party=party, project=project)
    return {
        "organisation": "acme",
        "name": "kitchen",
        "page": "settings",
        "path": "Runefile.yml",
        "number": str(build.number),
        "target": "cortex-m55",
        "tag": "latest",
        "key": str(add_signing_key(owner, organisation, SIGNING_KEY).pk),
        "team": create_team(owner, organisation, "audio").name,
        "build_id": str(build.pk),
        "member": str(owner.pk),
        "person": str(owner.pk),
        "invitation": str(invitation.pk),
        "token": str(token.pk),
        "session": str(UUID(int=8)),
        "rest": "acme/kitchen/manifests/latest",
        "sample_id": str(sample.pk),
        "watch_id": str(watch.pk),
        "review_id": str(review.pk),
        "thread_id": str(thread.pk),
        "trial_id": str(ready_copy(review).pk),
        "link": str(link.pk),
        "link_id": str(link.pk),
        "change_id": str(change.pk),
        "comment_id": str(thread.thread.comments.get().pk),
        "hint": "no-hint",
        "notice": str(notice.pk),
        "notice_id": str(notice.pk),
        "webhook": str(webhook.pk),
        "webhook_id": str(webhook.pk),
        "delivery": str(delivery.pk),
        "delivery_id": str(delivery.pk),
        "digest": build.artefact.digest,
        "address": standing_addresses(owner, project, 1)["STANDING"].rpartition("/")[2],
        "job": str(job.pk),
        "job_id": str(job.pk),
        "block": published_block(owner, project, "71.31.5").name,
        "version": "71.31.5",
        "kind": "guest-link",
        "grant": str(link.pk),
        "check": "rig-71",
        "consent_id": str(recorded.consent_id),
        "import_id": str(begin_import(owner, recorded.consent, 5, Defaults()).pk),
        "removal_id": str(SampleRemoval.objects.create(data_set=recorded.data_set, reason="withdrawn", count=1).pk),
        "submission_id": str(submission_of(owner, project).pk),
        "trial": "985",
        "verb": "stop",
        "conversion_id": str(begin_conversion(owner, project, "net71.keras", [b"net"]).pk),
        "other": "1",
        "deployment": key.deployment.name,
        "direction": "to",
        "rune": UNKNOWN_RUNE,
        "key_id": str(key.pk),
    }


BY_EACH_METHOD = pytest.mark.parametrize(
    ("kind", "methods", "which"),
    [
        pytest.param("stranger", ITS_OWN, quarters(0), id="stranger by its methods, a share"),
        pytest.param("anonymous", ITS_OWN, quarters(1), id="anonymous by its methods, a share"),
        *(
            pytest.param(kind, METHODS, each_address, marks=pytest.mark.proof, id=f"{kind} by all methods")
            for kind in ("stranger", "anonymous")
        ),
    ],
)


@pytest.mark.slow
@pytest.mark.protects("roles/private-projects", "roles/former-project-names")
@BY_EACH_METHOD
def test_a_private_project_and_its_former_name_are_to_strangers_as_if_they_were_not_there(
    kind: str,
    methods: Sequence[str],
    which: Which,
    project: Project,
    owner: User,
    people: dict[str, Any],
    names: Names,
    browser_of: Browser,
) -> None:
    browser = browser_of(people[kind])
    nowhere = answers(browser, NOTHING, methods, which)
    assert_nothing_is_disclosed(answers(browser, names, methods, which), nowhere)
    update_project(owner, project, name="scullery")
    former = answers(browser, names, methods, which)
    assert_nothing_is_disclosed(former, nowhere)


@pytest.mark.slow
@pytest.mark.protects("roles/former-members")
@quarter_and_all(2)
def test_someone_who_was_removed_is_a_stranger_in_the_same_session(
    which: Which, developer: User, owner: User, organisation: Organisation, names: Names, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    assert browser.get("/api/v1/projects/acme/kitchen/state").status_code == 200
    remove_member(owner, organisation, developer.pk)
    assert_nothing_is_disclosed(answers(browser, names, which=which), answers(browser, NOTHING, which=which))


@pytest.mark.slow
@pytest.mark.protects("roles/deleted-projects")
@quarter_and_all(3)
def test_a_deleted_project_is_nowhere_even_for_its_owner(
    which: Which, project: Project, owner: User, names: Names, browser_of: Browser
) -> None:
    delete_project(owner, project)
    browser = browser_of(owner)
    nothing = NOTHING | {"organisation": "acme", "rest": "acme/zilch/manifests/notag"}

    def in_projects(route: str) -> bool:
        return which(route) and IN_PROJECTS.search(route) is not None

    there = answers(browser, names, which=in_projects)
    assert_nothing_is_disclosed(there, answers(browser, nothing, which=in_projects))


PUBLISHED = {
    "/<str:organisation>",
    "/<str:organisation>/-/blocks",
    "/<str:organisation>/<str:name>",
    "/<str:organisation>/<str:name>/published",
    "/<str:organisation>/<str:name>/blocks/<str:block>",
    "/api/v1/projects/<str:organisation>/<str:name>",
    "/api/v1/projects/<str:organisation>/<str:name>/blocks",
    "/api/v1/projects/<str:organisation>/<str:name>/blocks/<str:block>/<str:version>",
    "/api/v1/projects/<str:organisation>/<str:name>/signing-keys",
    "/api/v1/projects/<str:organisation>/<str:name>/tags",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/rune",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/examples",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/packages/<str:target>",
    "/standings/<str:address>",
    "/api/v1/standings/<str:address>",
    "/<str:organisation>/<str:name>/picture.png",
    "/<str:organisation>/<str:name>/badge.svg",
    "/<str:organisation>/<str:name>/published/dependants",
    "/api/v1/projects/<str:organisation>/<str:name>/dependants",
    "/player/<str:organisation>/<str:name>/embed",
    "/v2/<path:rest>",
    "/player/<str:organisation>/<str:name>/state",
    "/player/<str:organisation>/<str:name>/runes/<str:digest>",
    "/player/<str:organisation>/<str:name>/runes/<str:digest>/examples",
}
"""The requests about a public project that anyone may send."""
WITH_AN_ACCOUNT = {
    "/api/v1/organisations/<str:organisation>/blocks",
    "/api/v1/projects/<str:organisation>/<str:name>/favourite",
}
"""The further answers to somebody with an account: which blocks an organisation published, and whether the project is
among their favourites."""


@pytest.mark.slow
@pytest.mark.protects("roles/drafts-of-public-projects")
@BY_EACH_METHOD
def test_a_public_project_gives_what_it_published_and_nothing_else(
    kind: str,
    methods: Sequence[str],
    which: Which,
    project: Project,
    people: dict[str, Any],
    names: Names,
    browser_of: Browser,
) -> None:
    Project.objects.filter(pk=project.pk).update(visibility="public")
    results = answers(browser_of(people[kind]), names, methods, which)
    readable = {ask for ask, answer in results.items() if answer[0] < 300} - ALIKE_FOR_ALL
    expected = PUBLISHED | (WITH_AN_ACCOUNT if people[kind] else set())
    assert {ask.split(" ")[1] for ask in readable} == {route for route in expected if which(route)}
    read_by = {ask.split(" ")[0] for ask in readable if "/v2/" in ask or "/api/" in ask or "/player/" in ask}
    assert read_by == {"get", "head"} & set(methods or READ_AND_DO)
    assert not [ask for ask, answer in results.items() if answer[0] >= 500]


@pytest.mark.slow
def test_every_parameter_of_an_address_is_asked_for(names: Names) -> None:
    used = {name for route, _ in routes(get_resolver()) for name in re.findall(r"<(?:\w+:)?(\w+)>", route)}
    assert used == set(names) == set(NOTHING)
