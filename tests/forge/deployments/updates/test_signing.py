"""The signatures of the signer for deployments, and when it makes them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tuf.api.metadata import Metadata, Root

from forge.accounts.audit.sentences import render_entries
from forge.core.errors import DomainError, Invalid
from forge.core.models import AuditEntry
from forge.deployments.actions import serve_tag
from forge.deployments.models import Deployment, UpdateDocument, UpdateKey, UpdateRoot
from forge.deployments.signed_releases import root_digest_of, root_of
from forge.deployments.updates import jobs
from forge.deployments.updates.access import newest_document
from forge.deployments.updates.actions.replacing import replace_update_keys
from forge.deployments.updates.jobs import due_deployments, request_updates
from forge.deployments.updates.models import LIFETIMES, UpdateRole
from forge.jobs.models import Job, JobState
from forge.jobs.workers.running import RunningJob
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import withdraw_tag
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, deployed, now, published

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=3653)
Signer = Callable[[], list[Job]]


@pytest.fixture
def deployment(owner: Any, developer: Any, reviewer: Any, project: Any) -> Deployment:
    return deployed(developer, project, "1.0")


def sign(run_signer: Signer) -> list[Job]:
    request_updates()
    return run_signer()


def target_of(deployment: Deployment) -> Any:
    row = newest_document(deployment, UpdateRole.TARGETS)
    assert row is not None
    (target,) = json.loads(row.document)["signed"]["targets"].items()
    return target


def test_a_deployment_is_signed_once(deployment: Deployment, run_signer: Signer) -> None:
    (job,) = sign(run_signer)
    assert job.state == JobState.SUCCEEDED, job.error
    name, target = target_of(deployment)
    assert name == f"{deployment.project.full_name}/website"
    assert f"sha256:{target['hashes']['sha256']}" == now(deployment).rune
    assert target["custom"]["version"] == "1.0"
    assert sign(run_signer) == []


@pytest.mark.slow
def test_two_of_three_keys_sign_the_root_and_none_is_readable(deployment: Deployment, run_signer: Signer) -> None:
    sign(run_signer)
    row = root_of(deployment.project.organisation_id)
    assert row is not None
    root = Metadata[Root].from_bytes(row.document.encode()).signed
    assert (len(root.roles["root"].keyids), root.roles["root"].threshold) == (3, 2)
    assert all(root.roles[role].threshold == 1 for role in ("targets", "snapshot", "timestamp"))
    assert len(set(root.keys)) == 6, "no key has two roles"
    assert not any("PRIVATE" in key.sealed for key in UpdateKey.objects.all())


@pytest.mark.slow
def test_another_release_is_signed(deployment: Deployment, developer: Any, run_signer: Signer) -> None:
    sign(run_signer)
    before = newest_document(deployment, UpdateRole.TIMESTAMP)
    published(developer, deployment.project, "2.0", RUNE + b"other")
    serve_tag(developer, deployment, "2.0", False)
    (job,) = sign(run_signer)
    assert job.state == JobState.SUCCEEDED, job.error
    after = newest_document(deployment, UpdateRole.TIMESTAMP)
    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert target_of(deployment)[1]["custom"]["version"] == "2.0"


@pytest.mark.slow
def test_documents_are_signed_again_before_they_end(deployment: Deployment, run_signer: Signer) -> None:
    sign(run_signer)
    half = timezone.now() + LIFETIMES[UpdateRole.TIMESTAMP] / 2
    assert due_deployments(half - timedelta(minutes=5)) == []
    assert due_deployments(half + timedelta(minutes=5)) == [deployment]


def clock_off(patch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Puts this process's clock forward, or back."""
    real = timezone.now
    patch.setattr(timezone, "now", lambda: real() + by)


@pytest.mark.slow
@pytest.mark.protects("delivery/freeze")
def test_what_was_signed_while_the_clock_was_years_ahead_is_signed_anew(
    deployment: Deployment, run_signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        clock_off(patch, YEARS)
        (job,) = sign(run_signer)
        assert job.state == JobState.SUCCEEDED, job.error
    ahead = newest_document(deployment, UpdateRole.TIMESTAMP)
    (job,) = sign(run_signer)
    assert job.state == JobState.SUCCEEDED, job.error
    document, root = newest_document(deployment, UpdateRole.TIMESTAMP), root_of(deployment.project.organisation_id)
    assert ahead is not None
    assert document is not None
    assert root is not None
    assert document.version > ahead.version, "apps that have seen the other one take it"
    assert document.expires < timezone.now() + LIFETIMES[UpdateRole.TIMESTAMP]
    assert (root.version, root.expires < timezone.now() + LIFETIMES[UpdateRole.ROOT]) == (2, True)
    assert datetime.fromisoformat(target_of(deployment)[1]["custom"]["since"]) < timezone.now()
    assert sign(run_signer) == []


@pytest.mark.slow
def test_a_clock_that_is_years_behind_signs_nothing_and_what_is_served_stays(
    deployment: Deployment, run_signer: Signer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sign(run_signer)
    before = newest_document(deployment, UpdateRole.TIMESTAMP)
    with monkeypatch.context() as patch:
        clock_off(patch, -YEARS)
        assert sign(run_signer) == []
    assert "before the last upgrade" in caplog.text
    assert newest_document(deployment, UpdateRole.TIMESTAMP) == before
    assert sign(run_signer) == []


@pytest.mark.slow
def test_few_versions_of_a_document_are_stored(deployment: Deployment, run_signer: Signer) -> None:
    for _ in range(5):
        UpdateDocument.objects.update(expires=timezone.now())
        assert len(sign(run_signer)) == 1
    assert UpdateDocument.objects.filter(role=UpdateRole.TARGETS).count() == 3


@pytest.mark.slow
@pytest.mark.protects("delivery/unapproved")
def test_the_signer_asks_the_gate_itself(
    deployment: Deployment, developer: Any, reviewer: Any, run_signer: Signer
) -> None:
    """An attacker who writes another build into the row of a release gets no signature of it."""
    tag = publish_build(developer, built_with(developer, deployment.project, RUNE + b"other"), "dev")
    artefact = tag.build.artefact
    assert artefact is not None
    deployment.releases.update(build=tag.build, digest=tag.manifest.blob_id, rune=artefact.digest)
    (job,) = sign(run_signer)
    assert job.state == JobState.FAILED
    assert "It has 0 of 1 approval" in job.error
    assert UpdateDocument.objects.count() == 0


@pytest.mark.slow
def test_a_withdrawn_version_is_not_signed(deployment: Deployment, owner: Any, run_signer: Signer) -> None:
    request_updates()
    withdraw_tag(owner, deployment.project, "1.0", "It answers wrongly.")
    (job,) = run_signer()
    assert job.state == JobState.FAILED
    assert "It answers wrongly." in job.error
    assert sign(run_signer) == [], "it is not asked for again"


@pytest.mark.slow
def test_a_version_that_is_served_while_the_signer_begins_is_the_one_that_it_signs(
    deployment: Deployment, developer: Any, run_signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(developer, deployment.project, "2.0", RUNE + b"other")
    request_updates()
    renew = RunningJob.confirm_lease

    def serve_another(job: RunningJob) -> None:
        monkeypatch.setattr(RunningJob, "confirm_lease", renew)
        serve_tag(developer, deployment, "2.0", False)
        renew(job)

    monkeypatch.setattr(RunningJob, "confirm_lease", serve_another)
    (job, *_) = run_signer()
    assert job.state == JobState.SUCCEEDED, job.error
    assert target_of(deployment)[1]["custom"]["version"] == "2.0"


@pytest.mark.slow
def test_deployments_whose_signing_failed_or_waits_do_not_hold_up_the_next(
    deployment: Deployment, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 1)
    deployed(developer, deployment.project, "1.0", title="Second")
    signings = Job.objects.filter(kind=jobs.SIGN_DEPLOYMENT.name)
    request_updates()
    assert signings.update(state=JobState.FAILED) == 1
    request_updates()
    request_updates()
    assert len({each.spec["deployment"] for each in signings}) == len(signings) == 2


@pytest.mark.slow
def test_replaced_keys_sign_no_more(deployment: Deployment, owner: Any, organisation: Any, run_signer: Signer) -> None:
    sign(run_signer)
    former = set(UpdateKey.objects.values_list("key_id", flat=True))
    assert replace_update_keys(owner, organisation, "A laptop was stolen.") == 6
    (job,) = sign(run_signer)
    assert job.state == JobState.SUCCEEDED, job.error
    assert UpdateKey.objects.filter(key_id__in=former).exclude(sealed="").count() == 0
    second, first = UpdateRoot.objects.all()
    roots = [Metadata[Root].from_bytes(each.document.encode()) for each in (first, second)]
    roots[0].signed.verify_delegate("root", roots[1].signed_bytes, roots[1].signatures)
    roots[1].signed.verify_delegate("root", roots[1].signed_bytes, roots[1].signatures)
    assert not former & set(roots[1].signed.keys)
    document = newest_document(deployment, UpdateRole.TIMESTAMP)
    assert document is not None
    assert document.root == 2
    assert "A laptop was stolen." in str(render_entries(list(AuditEntry.objects.filter(action="update-keys.replace"))))


@pytest.mark.slow
@pytest.mark.protects("delivery/who-deploys")
def test_only_owners_replace_keys_and_say_why(
    deployment: Deployment, developer: Any, owner: Any, organisation: Any, run_signer: Signer
) -> None:
    sign(run_signer)
    with pytest.raises(DomainError):
        replace_update_keys(developer, organisation, "Because.")
    with pytest.raises(Invalid):
        replace_update_keys(owner, organisation, " ")
    assert UpdateKey.objects.exclude(ended=None).count() == 0


@pytest.mark.slow
def test_a_renamed_project_is_signed_under_its_new_name(deployment: Deployment, run_signer: Signer) -> None:
    sign(run_signer)
    project = deployment.project
    project.name = "renamed"
    project.save(update_fields=["name"])
    (job,) = sign(run_signer)
    assert job.state == JobState.SUCCEEDED
    assert target_of(deployment)[0].endswith("/renamed/website")


@pytest.mark.slow
@pytest.mark.protects("delivery/pinned-root")
@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("html", 'root="{root}"'),
        ("javascript", 'root: "{root}"'),
        ("react", 'root: "{root}"'),
        ("python", 'root="{root}"'),
    ],
)
def test_the_lines_pin_the_root_once_it_is_signed(
    language: str, line: str, deployment: Deployment, developer: Any, browser_of: Any, run_signer: Signer
) -> None:
    address = f"{deployment.get_absolute_url()}?language={language}"
    unsigned = browser_of(developer).get(address)
    assert (pasted_lines(unsigned), "once acme has its first signature" in unsigned.content.decode()) == ("", True)
    sign(run_signer)
    answer = browser_of(developer).get(address)
    assert line.format(root=root_digest_of(deployment.project.organisation_id)) in pasted_lines(answer)
    page = html.unescape(answer.content.decode())
    assert "hammer-forge-runtime" not in page or "hammer-forge-runtime[updates] @" in page


@pytest.mark.slow
@pytest.mark.protects("delivery/pinned-root")
def test_the_lines_with_a_new_key_come_once_the_root_is_signed(
    deployment: Deployment, developer: Any, browser_of: Any, run_signer: Signer
) -> None:
    browser, address = browser_of(developer), f"{deployment.get_absolute_url()}/do"
    created = browser.post(address, {"do": "key", "name": "site"}).content.decode()
    (secret,) = set(re.findall(r'name="key" value="(hf_[^"]+)"', created))
    assert "<pre" not in created
    assert "<pre" not in browser.post(address, {"do": "lines", "key": secret}).content.decode()
    sign(run_signer)
    lines = pasted_lines(browser.post(address, {"do": "lines", "key": secret}))
    root = root_digest_of(deployment.project.organisation_id)
    assert (lines.count(f'root="{root}"'), lines.count(f'root: "{root}"'), lines.count(secret)) == (2, 2, 4)
    wrong = browser.post(address, {"do": "lines", "key": "hf_web_other"})
    assert (wrong.status_code, "hf_web_other" in wrong.content.decode()) == (404, False)


def pasted_lines(answer: Any) -> str:
    """The lines that a page of a deployment shows, as they are copied."""
    blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", answer.content.decode(), re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", "\n".join(blocks)))
