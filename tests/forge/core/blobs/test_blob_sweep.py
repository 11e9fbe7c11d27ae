"""The sweep removes what nothing links, and never what something does or what was just put."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from forge.core.blobs import store as blobs
from forge.core.blobs import sweep as blob_sweep
from forge.core.blobs.backup_hold import hold_blobs
from forge.core.blobs.links import is_linked, link_blobs, links_of
from forge.core.blobs.store import blob_path, put_all, put_bytes, put_chunks, read_blob, record, staged_file, sync_blob
from forge.core.blobs.sweep import GRACE, IN_FLIGHT, adopt_strays, delete_if_unlinked, erase, sweep_blobs
from forge.core.blobs.usage import organisation_bytes
from forge.core.errors import NotFound
from forge.core.models import Blob, BlobHold, BlobLink, Thread
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(hours=2)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def owner() -> Thread:
    """A row of any table."""
    return Thread.objects.create(subject="owner")


def swept() -> set[str]:
    """The digests that a sweep removes when no hour has to be waited for."""
    before = set(Blob.objects.values_list("pk", flat=True))
    sweep_blobs(timezone.now() + LATER)
    return before - set(Blob.objects.values_list("pk", flat=True))


def is_stored(digest: str) -> bool:
    place = blob_path(digest)
    assert place is not None
    return place.exists()


def test_what_nothing_links_goes_and_what_something_links_stays(owner: Thread) -> None:
    attachment, left = put_bytes(b"kept"), put_bytes(b"left")
    link_blobs(owner, [attachment.digest], None)
    assert swept() == {left.digest}
    assert read_blob(attachment.digest) == b"kept"
    assert not is_stored(left.digest)


def test_what_was_just_put_waits_for_its_link_and_a_second_put_begins_anew() -> None:
    blob = put_bytes(b"new")
    assert sweep_blobs().blobs == 0
    Blob.objects.update(put_at=timezone.now() - LATER)
    put_bytes(b"new")
    assert sweep_blobs().blobs == 0
    Blob.objects.update(put_at=timezone.now() - GRACE - timedelta(seconds=1))
    assert sweep_blobs() == blob_sweep.SweepResult(1, 3)
    assert not is_stored(blob.digest)


def test_a_put_of_what_is_linked_counts_too(owner: Thread) -> None:
    """The other link may go before the one for which the blob was put is made."""
    blob = put_bytes(b"shared")
    link_blobs(owner, [blob.digest], None)
    Blob.objects.update(put_at=timezone.now() - LATER)
    put_all([b"shared"], owner.pk)
    links_of(owner).delete()
    assert sweep_blobs().blobs == 0


def test_the_links_of_an_owner_that_is_gone_keep_nothing(owner: Thread) -> None:
    blob = put_bytes(b"orphan")
    link_blobs(owner, [blob.digest], None)
    assert is_linked(owner, blob.digest)
    owner.delete()
    assert swept() == {blob.digest}
    assert not BlobLink.objects.exists()


def test_the_links_of_an_unknown_table_keep_all(owner: Thread) -> None:
    blob = put_bytes(b"of a later version")
    BlobLink.objects.create(owner_kind="saga.stream", owner_id=owner.pk, blob=blob)
    assert swept() == set()


def test_what_was_put_once_is_let_go_at_once_and_what_others_put_is_left_to_the_sweep(owner: Thread) -> None:
    mine, common, attachment = put_bytes(b"mine"), put_bytes(b"shared"), put_bytes(b"linked")
    put_bytes(b"shared")
    link_blobs(owner, [attachment.digest], None)
    delete_if_unlinked([mine.digest, common.digest, attachment.digest])
    assert [is_stored(blob.digest) for blob in (mine, common, attachment)] == [False, True, True]


def test_erasing_waits_for_no_hour_but_takes_nothing_from_others(owner: Thread) -> None:
    blob = put_bytes(b"a voice")
    put_bytes(b"a voice")
    link_blobs(owner, [blob.digest], None)
    assert erase(blob.digest, timezone.now())
    assert is_stored(blob.digest)
    links_of(owner).delete()
    assert erase(blob.digest, timezone.now())
    assert not is_stored(blob.digest)


def test_erasing_leaves_what_somebody_has_just_put_until_it_is_linked_or_was_not(owner: Thread) -> None:
    moment = timezone.now()
    blob = put_bytes(b"a voice")
    assert not erase(blob.digest, moment)
    link_blobs(owner, [blob.digest], None)
    assert read_blob(blob.digest) == b"a voice"
    assert erase(blob.digest, moment)
    links_of(owner).delete()
    assert not erase(blob.digest, moment)
    assert erase(blob.digest, moment, timezone.now() + IN_FLIGHT)
    assert not is_stored(blob.digest)


def test_bytes_without_a_row_and_half_written_ones_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    blob = put_bytes(b"a crash came before the row")
    Blob.objects.all().delete()
    place = blob_path(blob.digest)
    assert place is not None
    half = Path(storages["blobs"].location) / "incoming" / "half"  # type: ignore[attr-defined]
    half.write_bytes(b"half")
    assert adopt_strays() == 0, "they may be on their way"
    old = (datetime.now(UTC) - LATER).timestamp()
    for left in (place, half):
        os.utime(left, (old, old))
    call_command("sweep_blobs")
    assert "1 blobs were removed, 27 B" in capsys.readouterr().out
    assert not place.exists()
    assert not half.exists()


def test_an_organisations_bytes_count_once_however_often_they_are_linked(owner: Thread) -> None:
    mine, other = Thread.objects.create(subject="mine"), Thread.objects.create(subject="other")
    first, second = put_bytes(b"x" * 10), put_bytes(b"y" * 5)
    link_blobs(owner, [first.digest, second.digest], owner.pk)
    link_blobs(mine, [first.digest], owner.pk)
    link_blobs(other, [first.digest], other.pk)
    assert (organisation_bytes(owner.pk), organisation_bytes(other.pk), organisation_bytes(mine.pk)) == (15, 10, 0)


@pytest.mark.slow
@pytest.mark.protects("uploads/swept-bytes")
@pytest.mark.parametrize("turn_of", range(3))
def test_uploads_beside_a_sweep_that_never_rests_lose_nothing(owner: Thread, turn_of: int) -> None:
    """Four people upload the same few files again and again and link them; sweeps without a grace run all the while."""
    contents = [f"{turn_of} {number}".encode() * 50 for number in range(3)]
    end, failures = threading.Event(), []
    clock = threading.Lock()
    under_way: Counter[str] = Counter()

    def upload(person: int) -> None:
        try:
            for turn in range(12):
                own = Thread.objects.create(subject=f"{turn_of} {person} {turn}")
                data = contents[turn % 3]
                name = "sha256:" + hashlib.sha256(data).hexdigest()
                with clock:
                    under_way[name] += 1
                blob = put_chunks([data])
                with transaction.atomic():
                    link_blobs(own, [blob.digest], None)
                with clock:
                    under_way[name] -= 1
                if read_blob(blob.digest) != data:
                    failures.append("other bytes")
                links_of(own).delete()
        except Exception as error:
            failures.append(repr(error))
        finally:
            connection.close()

    def sweep() -> None:
        try:
            while not end.is_set():
                # Hours pass for what nobody is putting; who puts it from here on puts it anew, beside the sweep.
                with clock:
                    Blob.objects.exclude(pk__in=[name for name in under_way if under_way[name]]).update(put_at=LONG_AGO)
                sweep_blobs()
        except Exception as error:
            failures.append(repr(error))
        finally:
            connection.close()

    people = [threading.Thread(target=upload, args=(number,)) for number in range(4)]
    sweeper = threading.Thread(target=sweep)
    for thread in (sweeper, *people):
        thread.start()
    for thread in people:
        thread.join()
    end.set()
    sweeper.join()
    assert failures == []


class Pause:
    """Stops a thread at one step of a put until a sweep has been at the same blob."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        real = getattr(blobs, step)

        def paused(*args: Any, **kwargs: Any) -> Any:
            self.reached.set()
            assert self.go.wait(PATIENCE)
            return real(*args, **kwargs)

        monkeypatch.setattr(blobs, step, paused)


@pytest.fixture
def in_thread() -> Iterator[Any]:
    running: list[threading.Thread] = []

    def start(action: Any) -> threading.Thread:
        def run() -> None:
            try:
                action()
            finally:
                connection.close()

        running.append(threading.Thread(target=run))
        running[-1].start()
        return running[-1]

    yield start
    for thread in running:
        thread.join(PATIENCE)


@pytest.mark.protects("uploads/swept-bytes")
@pytest.mark.parametrize("step", ["_upsert", "_move_to_store"])
def test_a_put_that_meets_a_sweep_between_any_two_steps_has_its_bytes(
    monkeypatch: pytest.MonkeyPatch, in_thread: Any, step: str
) -> None:
    blob = put_bytes(b"old and unlinked")
    Blob.objects.update(put_at=LONG_AGO)
    pause = Pause(monkeypatch, step)
    thread = in_thread(lambda: put_chunks([b"old and unlinked"]))
    assert pause.reached.wait(PATIENCE)
    sweep_blobs()
    pause.go.set()
    thread.join(PATIENCE)
    assert read_blob(blob.digest) == b"old and unlinked"
    assert Blob.objects.filter(pk=blob.digest).exists()
    assert sweep_blobs().blobs == 0


def test_what_was_staged_has_its_bytes_though_a_sweep_took_the_same_ones_meanwhile(tmp_path: Path) -> None:
    source = tmp_path / "rune"
    source.write_bytes(b"a rune")
    blob = put_bytes(b"a rune")
    Blob.objects.update(put_at=LONG_AGO)
    with staged_file(source) as upload:
        sweep_blobs()
        assert not is_stored(blob.digest)
        with transaction.atomic():
            record(upload)
    assert read_blob(blob.digest) == b"a rune"


def test_what_waited_for_no_disk_is_made_sure_of_later_and_damage_is_found(tmp_path: Path) -> None:
    source = tmp_path / "rune"
    source.write_bytes(b"a preview's rune")
    with staged_file(source) as upload, transaction.atomic():
        record(upload)
        digest = upload.digest
    assert not Blob.objects.get(pk=digest).synced
    place = blob_path(digest)
    assert place is not None
    place.write_bytes(bytes(16))  # what a power cut leaves of what was not waited for
    with pytest.raises(NotFound):
        sync_blob(digest)
    with staged_file(source) as upload, transaction.atomic():
        record(upload)
    sync_blob(digest)
    assert read_blob(digest) == b"a preview's rune"
    assert Blob.objects.get(pk=digest).synced


def test_what_is_staged_never_takes_the_place_of_what_is_on_the_disk_for_certain(tmp_path: Path) -> None:
    source = tmp_path / "rune"
    source.write_bytes(b"published")
    blob = put_bytes(b"published")
    place = blob_path(blob.digest)
    assert place is not None
    before = place.stat().st_ino
    with staged_file(source) as upload, transaction.atomic():
        record(upload)
    assert place.stat().st_ino == before
    assert Blob.objects.get(pk=blob.digest).synced
    incoming = Path(storages["blobs"].location) / "incoming"  # type: ignore[attr-defined]
    assert list(incoming.iterdir()) == []


def test_a_put_makes_certain_what_was_not(owner: Thread, tmp_path: Path) -> None:
    source = tmp_path / "rune"
    source.write_bytes(b"first a preview")
    with staged_file(source) as upload, transaction.atomic():
        record(upload)
        digest = upload.digest
        link_blobs(owner, [digest], None)
    put_bytes(b"first a preview")
    assert Blob.objects.get(pk=digest).synced


@pytest.mark.protects("operation/incomplete-backup")
def test_what_a_backup_holds_is_deleted_only_after_it(owner: Thread) -> None:
    swept_later, let_later, erased_later = put_bytes(b"swept"), put_bytes(b"let go"), put_bytes(b"a voice")
    Blob.objects.update(put_at=timezone.now() - LATER, created=timezone.now() - LATER)
    Blob.objects.filter(pk=let_later.digest).update(put_at=LONG_AGO, created=LONG_AGO)
    with hold_blobs("a test") as renew:
        renew()
        assert sweep_blobs().blobs == 0
        delete_if_unlinked([let_later.digest])
        assert not erase(erased_later.digest, timezone.now()), "it is asked for again"
        assert all(is_stored(each.digest) for each in (swept_later, let_later, erased_later))
    assert erase(erased_later.digest, timezone.now())
    assert swept() == {swept_later.digest, let_later.digest}


def test_a_hold_of_a_backup_that_crashed_runs_out(owner: Thread) -> None:
    blob = put_bytes(b"left")
    BlobHold.objects.create(purpose="a crash", until=timezone.now() - timedelta(seconds=1))
    assert swept() == {blob.digest}
