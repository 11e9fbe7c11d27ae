"""A build's row is the truth: leases, fences, attempts and the sweep, with the clock given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.builds.actions import cancel_build, request_build
from forge.builds.errors import BuildOver
from forge.builds.leases import ATTEMPTS, LEASE, Line, Outcome, finish, put_back, renew, sweep, take, write_log
from forge.builds.models import Artefact, Build, Kind, State
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.core.leases import LeaseLost
from forge.core.models import Event
from forge.projects.actions import write_file
from rune.compiler.building.spec import BuildSpec, SpecOptions
from tests.forge.builds.conftest import log_of

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def artefact() -> Artefact:
    spec = BuildSpec("sha256:" + "1" * 64, TOOLCHAIN, "wasm32", SpecOptions("kitchen"))
    return Artefact.objects.create(
        organisation=Organisation.objects.get(),
        spec=spec.to_json(),
        spec_digest=spec.digest,
        digest="sha256:" + "2" * 64,
        size=1,
        report={
            "toolchain": "0.1.0",
            "name": "kitchen",
            "memory": {"arena": 1, "serial": 1, "constants": 0, "pages": 1},
            "models": [],
            "resources": [],
            "steps": [],
            "pipeline": {"nodes": [], "wires": []},
        },
    )


def states(build: Build) -> list[str]:
    """The states that the project's sockets heard of."""
    events = Event.objects.filter(stream_id=build.project.stream, type="build.changed")
    return [event.data["build"]["state"] for event in events]


def test_the_oldest_build_is_taken_first_and_only_once(project: Any, developer: Any) -> None:
    first = request_build(developer, project)
    write_file(developer, project, "notes.txt", b"other files")
    second = request_build(developer, project)
    assert [take().build_id, take().build_id] == [first.pk, second.pk]  # type: ignore[union-attr]
    assert take() is None


def test_a_build_whose_worker_died_waits_behind_those_that_were_not_tried(project: Any, developer: Any) -> None:
    first = request_build(developer, project)
    write_file(developer, project, "notes.txt", b"other files")
    second = request_build(developer, project)
    assert take(NOW) is not None
    assert sweep(NOW + LEASE + timedelta(seconds=1)) == (first.pk,)
    assert [take().build_id, take().build_id] == [second.pk, first.pk]  # type: ignore[union-attr]


def test_a_build_goes_from_queued_to_its_end(build: Build) -> None:
    lease = take()
    assert lease is not None
    write_log(lease, [Line("check", "2 stages")])
    finish(lease, Outcome(State.SUCCEEDED, artefact()), [Line("compile", "done")])
    build.refresh_from_db()
    assert (build.state, build.attempt, build.lease_until) == (State.SUCCEEDED, 1, None)
    assert build.started is not None
    assert build.finished is not None
    assert log_of(build) == "2 stages\ndone"
    assert states(build) == ["queued", "running", "succeeded"]


def test_a_worker_that_lost_its_build_writes_nothing_more(build: Build) -> None:
    slow = take(NOW)
    assert slow is not None
    assert sweep(NOW + LEASE + timedelta(seconds=1)) == (build.pk,)
    quick = take(NOW + LEASE)
    assert quick is not None
    assert quick.fence > slow.fence
    for write in (
        lambda: renew(slow),
        lambda: write_log(slow, [Line("check", "late")]),
        lambda: finish(slow, Outcome(State.FAILED, error="late"), [Line("check", "late")]),
        lambda: put_back(slow, [], counts=True),
    ):
        with pytest.raises(LeaseLost):
            write()
    build.refresh_from_db()
    assert (build.state, build.error) == (State.RUNNING, "")
    assert "late" not in log_of(build)
    finish(quick, Outcome(State.SUCCEEDED, artefact()))


def test_a_lease_that_is_renewed_is_not_swept(build: Build) -> None:
    lease = take(NOW)
    assert lease is not None
    renew(lease, NOW + LEASE)
    assert sweep(NOW + LEASE + timedelta(seconds=1)) == ()
    assert sweep(NOW + 2 * LEASE + timedelta(seconds=1)) == (build.pk,)


def test_a_build_whose_lease_ran_out_too_often_is_lost(build: Build) -> None:
    clock: datetime = NOW
    for attempt in range(1, ATTEMPTS + 1):
        lease = take(clock)
        assert lease is not None
        assert lease.attempt == attempt
        clock += LEASE + timedelta(seconds=1)
        sweep(clock)
    build.refresh_from_db()
    assert build.state == State.LOST
    assert "The build failed. Build again." in build.error
    assert f"attempt 2 of {ATTEMPTS}" in log_of(build)
    assert take() is None
    assert states(build)[-1] == "lost"


def test_a_build_that_is_put_back_for_our_reasons_keeps_its_attempts(build: Build) -> None:
    for _ in range(ATTEMPTS + 2):
        lease = take()
        assert lease is not None
        put_back(lease, [Line("worker", "The server stops.")], counts=False)
    build.refresh_from_db()
    assert (build.state, build.attempt) == (State.QUEUED, 0)


def test_cancelling_takes_the_build_from_its_worker(build: Build, developer: Any) -> None:
    lease = take()
    assert lease is not None
    cancel_build(developer, build)
    with pytest.raises(LeaseLost):
        renew(lease)
    build.refresh_from_db()
    assert build.state == State.CANCELLED
    assert "cancelled" in log_of(build)
    with pytest.raises(BuildOver):
        cancel_build(developer, build)


def test_an_end_is_an_end(build: Build) -> None:
    lease = take()
    assert lease is not None
    finish(lease, Outcome(State.FAILED, error="no"))
    with pytest.raises(LeaseLost):
        finish(lease, Outcome(State.SUCCEEDED, artefact()))
    assert sweep(NOW + timedelta(days=1)) == ()


def test_every_press_has_a_number_of_its_own(project: Any, developer: Any) -> None:
    first, second = request_build(developer, project), request_build(developer, project)
    assert (first.number, second.number) == (1, 2)
    assert first.version == second.version
    with pytest.raises(IntegrityError), transaction.atomic():
        Build.objects.create(
            project=project, version=first.version, name="x", kind=Kind.NUMBERED, number=1, requested_by=developer
        )


def test_a_long_log_is_cut(build: Build) -> None:
    lease = take()
    assert lease is not None
    write_log(lease, [Line("compile", "x" * 100_000)] * 3_000)
    assert build.log.count() == 2_000
    assert max(map(len, build.log.values_list("text", flat=True))) == 2_000
