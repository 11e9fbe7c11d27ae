"""The chain of the audit log: what changes it is problem, and what may happen to it is not taken for a change."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import QuerySet

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.audit.chain import GENESIS, chain_end, extend, extend_all, record_of
from forge.core.audit.check import AuditAnchor, BadAuditAnchor, Break, check_chain, read_anchors
from forge.core.audit.entries import write_entry
from forge.core.models import AuditChain, AuditEntry, NeverChanged

pytestmark = pytest.mark.django_db

Tamper = Callable[[AuditEntry], object]


@pytest.fixture
def log(user: User) -> list[AuditEntry]:
    """Six placed entries."""
    AuditEntry.objects.all()._raw_delete("default")
    for number in range(6):
        write_entry(user, "file.write", "project:x", path=f"{number}.py", size=number * 1.5, nested={"ä": [None, True]})
    assert extend_all() == 6
    return list(AuditEntry.objects.order_by("position"))


def rows(entry: AuditEntry) -> QuerySet[Any]:
    """The row as a person who controls the database has it."""
    return models.QuerySet(AuditEntry).filter(pk=entry.pk)


def broken() -> Break:
    problem = check_chain().broken
    assert problem is not None
    return problem


def test_entries_are_placed_in_order_and_each_carries_the_digest_before(log: list[AuditEntry]) -> None:
    assert [entry.position for entry in log] == [1, 2, 3, 4, 5, 6]
    assert [entry.previous for entry in log] == [GENESIS, *(entry.digest for entry in log[:-1])]
    report = check_chain()
    assert (report.broken, report.entries, report.last, report.waiting) == (None, 6, 6, 0)
    assert extend() == 0


def test_an_entry_is_placed_once(log: list[AuditEntry]) -> None:
    log[2].position = 99
    with pytest.raises(NeverChanged):
        AuditEntry.objects.all().place(log[2])


@pytest.mark.protects("audit/changed-entries")
@pytest.mark.parametrize(
    "values",
    [
        {"action": "file.delete"},
        {"subject": "project:y"},
        {"principal_id": "somebody"},
        {"principal_kind": "installation"},
        {"data": {"path": "3.py"}},
        {"organisation": "7b0c5a3e-8e6c-4bb5-9a3c-1f0e6d1d2b11"},
        {"project": "7b0c5a3e-8e6c-4bb5-9a3c-1f0e6d1d2b11"},
        {"person": "7b0c5a3e-8e6c-4bb5-9a3c-1f0e6d1d2b11"},
        {"at": "2026-01-01T00:00:00Z"},
        {"digest": "0" * 64},
        {"salt": "0" * 32},
        {"actor_commitment": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_entry_is_named(log: list[AuditEntry], values: dict[str, Any]) -> None:
    rows(log[2]).update(**values)
    assert (broken().position, broken().entry) == (3, str(log[2].pk))


@pytest.mark.protects("audit/changed-entries")
def test_another_person_in_an_entry_is_a_change(log: list[AuditEntry], stranger: User) -> None:
    rows(log[4]).update(actor=stranger)
    assert (broken().position, broken().reason) == (5, "The person of the entry was changed.")


@pytest.mark.protects("audit/changed-entries")
def test_a_removed_entry_and_a_removed_start_are_named(log: list[AuditEntry]) -> None:
    rows(log[3])._raw_delete("default")
    assert (broken().position, broken().entry) == (4, "")
    for entry in log[:4]:
        rows(entry)._raw_delete("default")
    assert broken().position == 4
    assert "no entry says" in broken().reason


@pytest.mark.protects("audit/changed-entries")
def test_a_changed_entry_with_a_new_digest_does_not_fit_the_next(log: list[AuditEntry]) -> None:
    from forge.core.audit.chain import canonical, digest_of

    log[1].action = "file.delete"
    rows(log[1]).update(action="file.delete", digest=digest_of(canonical(log[1])))
    assert broken() == Break(3, str(log[2].pk), "The entry does not follow the one before it.")


@pytest.mark.protects("audit/cut-log")
def test_a_removed_end_is_found_by_a_copy_also_when_the_chain_is_made_to_fit(log: list[AuditEntry]) -> None:
    copy = [json.dumps(record_of(entry)) for entry in log]
    for entry in log[4:]:
        rows(entry)._raw_delete("default")
    assert broken() == Break(5, "", "The entry is missing: the chain ended at 6.")
    AuditChain.objects.update(position=4, digest=log[3].digest)
    assert check_chain().broken is None, "the database alone tells nothing"
    problem = check_chain(read_anchors(copy)).broken
    assert problem is not None
    assert (problem.position, "up to 6" in problem.reason) == (5, True)


@pytest.mark.protects("audit/cut-log")
def test_a_chain_that_was_computed_anew_differs_from_the_copy(log: list[AuditEntry], user: User) -> None:
    copy = [f"{entry.position}:{entry.digest}" for entry in log]
    rows(log[5])._raw_delete("default")
    AuditChain.objects.update(position=5, digest=log[4].digest)
    write_entry(user, "file.write", "project:x", path="other.py")
    extend_all()
    assert check_chain().broken is None
    problem = check_chain(read_anchors(copy)).broken
    assert problem is not None
    assert (problem.position, problem.reason) == (6, "The copy has another entry at this position.")


@pytest.mark.protects("audit/erased-people")
def test_deleting_a_person_leaves_the_chain_whole_and_says_nothing_of_them(log: list[AuditEntry], user: User) -> None:
    identity = str(user.pk)
    rows(log[0]).update(actor=None)
    report = check_chain()
    assert (report.broken, report.erased) == (None, 1)
    log[0].refresh_from_db()
    assert record_of(log[0])["actor"] is None
    assert identity not in log[0].actor_commitment
    assert len({entry.actor_commitment for entry in log}) == len(log), "one person, and no two alike"


def test_what_nobody_did_has_a_commitment_too(user: User) -> None:
    entry = write_entry(INSTALLATION, "sample.ended", "project:x")
    extend_all()
    assert check_chain().erased == 0
    rows(entry).update(actor=user)
    assert broken().entry == str(entry.pk)


def test_an_anchor_that_is_none_is_refused_with_its_line() -> None:
    assert read_anchors(["", f"3:{'a' * 64}\n", f'{{"position": 4, "digest": "{"b" * 64}"}}']) == [
        AuditAnchor(3, "a" * 64),
        AuditAnchor(4, "b" * 64),
    ]
    for line in ("3", "x:y", "{}", '{"position": 1}', "[1]"):
        with pytest.raises(BadAuditAnchor, match="Line 2"):
            read_anchors(["", line])


def test_the_command_names_the_first_broken_entry(log: list[AuditEntry], tmp_path: Path, capsys: Any) -> None:
    call_command("verify_audit")
    assert f"6:{log[5].digest}" in capsys.readouterr().out
    copy = tmp_path / "copy.jsonl"
    copy.write_text("".join(json.dumps(record_of(entry)) + "\n" for entry in log))
    call_command("verify_audit", copy=copy)
    assert "6 entries compared with a copy" in capsys.readouterr().out
    rows(log[1]).update(subject="project:y")
    with pytest.raises(SystemExit) as error:
        call_command("verify_audit", "--json")
    assert error.value.code == 1
    assert json.loads(capsys.readouterr().out)["broken"]["position"] == 2
    with pytest.raises(SystemExit):
        call_command("verify_audit")
    assert f"broken at entry 2 ({log[1].pk})" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Line 1"):
        call_command("verify_audit", "--anchor", "nonsense")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.protects("audit/two-chains")
def test_those_who_extend_it_at_once_make_one_chain(user: User) -> None:
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(15):
                write_entry(user, "file.write", "project:x", number=number)
                extend(3)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    extend_all()
    report = check_chain()
    assert (report.broken, report.entries) == (None, AuditEntry.objects.count())
    assert report.entries >= 60
    assert chain_end().position == report.last
