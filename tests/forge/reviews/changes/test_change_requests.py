"""Change requests: what is refused first, then offering, conflicts, building, review, merging and undoing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.notices.models import Notice
from forge.projects.actions import (
    delete_project,
    duplicate_project,
    end_project_role,
    fork_project,
    give_project_role,
    update_project,
    write_file,
)
from forge.projects.errors import FileChanged
from forge.projects.files.contents import find_file, list_files
from forge.projects.models import Project, Version
from forge.projects.versions.store import snapshot, working_tree
from forge.reviews import actions
from forge.reviews.actions import RequestedGroup
from forge.reviews.change_requests.actions import merges
from forge.reviews.change_requests.gate import missing_to_merge
from forge.reviews.changes.access import base_of, find_change_request, find_offer, fork_to_offer, offers_of
from forge.reviews.changes.edits import edits_between
from forge.reviews.changes.merging import Merging, merging_of
from forge.reviews.errors import (
    CannotMerge,
    CannotUndo,
    ForkDeleted,
    NoFork,
    NoSuchConflict,
    NothingToOffer,
    NotOpen,
    OwnBuild,
)
from forge.reviews.models import ChangeRequest
from forge.reviews.rounds.authorship import authors_of
from rune.editing.merge import Side
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.changes import RUNEFILE, built_merged, forked, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def fork(project: Project, owner: User, developer: User, stranger: User) -> Project:
    return forked(owner, developer, stranger, project)


@pytest.fixture
def partner(fork: Project, stranger: User) -> User:
    """Returns the maker of the fork, in another organisation."""
    return User.objects.get(pk=stranger.pk)


def runefile(project: Project) -> str:
    return find_file(project, "Runefile.yml").text or ""


def paths(project: Project) -> set[str]:
    return {entry.path for entry in list_files(project)}


def again(person: User, request: ChangeRequest) -> ChangeRequest:
    return find_change_request(person, request.pk)


def read(person: User, request: ChangeRequest) -> Merging:
    return merging_of(again(person, request))


# -- who may offer what


@pytest.mark.slow
def test_only_a_fork_with_a_change_is_offered_and_only_to_an_origin_that_one_sees(
    project: Project, fork: Project, partner: User, owner: User, developer: User
) -> None:
    with pytest.raises(NothingToOffer):
        actions.offer_changes(partner, fork, "Nothing")
    twin = duplicate_project(developer, project, project.organisation, "twin")
    with pytest.raises(NothingToOffer):
        actions.offer_changes(developer, twin, "Nothing either")
    write_file(developer, twin, "notes.md", b"of a duplicate")
    assert actions.offer_changes(developer, twin, "As a fork does").project == project
    with pytest.raises(NoFork):
        actions.offer_changes(developer, project, "Begun on its own")
    with pytest.raises(NotFound):
        actions.offer_changes(owner, fork, "Somebody else's fork")
    write_file(partner, fork, "notes.md", b"mine")
    with pytest.raises(Invalid):
        actions.offer_changes(partner, fork, "  ")
    with pytest.raises(Invalid, match="another project"):
        actions.offer_changes(partner, fork, "Theirs", version=snapshot(project))
    delete_project(owner, project)
    with pytest.raises(NoFork):
        actions.offer_changes(partner, fork, "To nobody")


@pytest.mark.protects("reviews/change-requests")
def test_a_stranger_who_sees_the_page_offers_and_reads_nothing_of_it(
    project: Project, fork: Project, partner: User, owner: User
) -> None:
    update_project(owner, project, visibility="public")
    end_project_role(owner, project, partner.pk)
    outsider = User.objects.get(pk=partner.pk)
    offer = offered(outsider, fork)
    with pytest.raises(NotFound):
        find_change_request(acting_as(outsider), offer.pk)
    assert [each.pk for each in offers_of(outsider, fork)] == [offer.pk]
    with pytest.raises(NotFound):
        actions.merge_change_request(outsider, find_offer(outsider, offer.pk))
    update_project(owner, project, visibility="private")
    assert offers_of(User.objects.get(pk=partner.pk), fork) == []
    assert fork_to_offer(User.objects.get(pk=partner.pk), fork) is None


@pytest.mark.slow
def test_who_may_not_edit_decides_nothing(
    fork: Project, partner: User, reviewer: User, viewer: User, developer: User
) -> None:
    offer = offered(partner, fork)
    for person in (reviewer, viewer, partner):
        request = again(person, offer)
        acts: list[tuple[Callable[..., object], tuple[object, ...]]] = [
            (actions.build_merged, ()),
            (actions.merge_change_request, ()),
            (actions.merge_past_gate, ("why",)),
            (actions.start_over, ()),
            (actions.undo_merge, ()),
            (actions.resolve_conflict, ("x", Side.OURS)),
        ]
        for act, more in acts:
            with pytest.raises(Forbidden):
                act(person, request, *more)
    for person in (reviewer, viewer):
        with pytest.raises(Forbidden):
            actions.close_change_request(person, again(person, offer), "no")
    with pytest.raises(Forbidden):
        actions.merge_past_gate(developer, again(developer, offer), "why")


# -- what is merged


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_what_one_side_changed_is_merged_and_recordings_stay_where_they_were_given(
    project: Project, fork: Project, partner: User, developer: User, reviewer: User, owner: User
) -> None:
    for place, person in ((project, developer), (fork, partner)):
        send_sample(
            person,
            place,
            [b"1,2,3\n" if place is fork else b"4,5,6\n"],
            label="up",
            days=90,
            consent=recording_terms(place).text,
        )
    recordings = {path for path in paths(project) if path.startswith("samples/")}
    write_file(developer, project, "notes.md", b"ours\n")
    write_file(partner, fork, "model.bin", bytes(range(256)))
    offer = offered(partner, fork, ("2.5", "3"), ("# By measuring.", "# By measuring twice."))
    with pytest.raises(CannotMerge, match="not built"):
        actions.merge_change_request(developer, again(developer, offer))
    build = built_merged(developer, offer)
    assert runefile(project) == RUNEFILE
    assert partner.pk in authors_of(build)
    with pytest.raises(CannotMerge, match="0 of 1 approval"):
        actions.merge_change_request(developer, again(developer, offer))
    actions.give_verdict(reviewer, build, "approve")
    version = actions.merge_change_request(developer, again(developer, offer))
    after = again(developer, offer)
    assert (after.state, after.merged_version, after.before is not None) == ("merged", version, True)
    assert version.message == f"Merged change request {offer.number}: It turns further"
    assert runefile(project) == RUNEFILE.replace("2.5", "3").replace("measuring.", "measuring twice.")
    assert paths(project) == {"Runefile.yml", "notes.md", "model.bin"} | recordings
    assert working_tree(project).digest == version.digest
    assert base_of(fork.fork) == after.offered
    with pytest.raises(NotOpen):
        actions.merge_change_request(developer, again(developer, offer))


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_the_forks_people_do_not_approve_what_they_offer(
    project: Project, fork: Project, partner: User, owner: User, developer: User
) -> None:
    give_project_role(owner, project, partner.pk, "reviewer")
    approved(built_here := built_merged(developer, first := offered(partner, fork, ("2.5", "2.75"))))
    assert partner.pk in authors_of(built_here)
    actions.merge_past_gate(owner, again(owner, first), "Ari is away")
    # An edit that was merged unapproved is theirs in later builds too.
    write_file(developer, project, "notes.md", b"later\n")
    later = built_merged(developer, offered(partner, fork, ("2.5", "4")), b"\0asm\1\0\0\0later")
    with pytest.raises(OwnBuild):
        actions.give_verdict(User.objects.get(pk=partner.pk), later, "approve")


@pytest.mark.slow
@pytest.mark.protects("reviews/own-changes")
def test_the_approval_of_a_result_that_was_never_merged_approves_nothing_of_the_project(
    project: Project, fork: Project, partner: User, developer: User, owner: User
) -> None:
    write_file(owner, project, "Runefile.yml", RUNEFILE.replace("2.5", "666").encode())
    other = fork_project(partner, project, fork.organisation, "without")
    approved(built_merged(developer, offered(partner, other, ("2.5", "2.5"))))
    write_file(developer, project, "notes.md", b"by the way\n")
    assert owner.pk in authors_of(built(developer, project, RUNE + b"666"))


@pytest.mark.slow
def test_a_stage_that_both_changed_waits_for_a_choice(
    project: Project, fork: Project, partner: User, developer: User, owner: User
) -> None:
    offer = offered(partner, fork, ("2.5", "3"))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    (conflict,) = read(developer, offer).conflicts
    assert (conflict.name, conflict.path) == ("turn", "Runefile.yml")
    for act in (actions.build_merged, actions.merge_change_request):
        with pytest.raises(CannotMerge, match=r"1 conflict left: turn in Runefile\.yml"):
            act(developer, again(developer, offer))
    with pytest.raises(CannotMerge, match="conflict left"):
        actions.merge_past_gate(owner, again(owner, offer), "now")
    with pytest.raises(NoSuchConflict):
        actions.resolve_conflict(developer, again(developer, offer), "0" * 32, Side.OURS)
    with pytest.raises(Invalid):
        actions.resolve_conflict(developer, again(developer, offer), conflict.key, Side.BOTH)
    actions.resolve_conflict(developer, again(developer, offer), conflict.key, Side.THEIRS)
    assert read(developer, offer).open_conflicts == ()
    actions.start_over(developer, again(developer, offer))
    assert len(read(developer, offer).open_conflicts) == 1
    text = (conflict.ours or "").replace("modulus: 2", "modulus: 2.75")
    actions.resolve_conflict(developer, again(developer, offer), conflict.key, Side.WRITTEN, text)
    approved(built_merged(developer, offer))
    actions.merge_change_request(developer, again(developer, offer))
    assert runefile(project) == RUNEFILE.replace("2.5", "2.75")


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_who_writes_a_text_in_place_of_a_conflict_does_not_approve_it(
    project: Project, fork: Project, partner: User, developer: User, owner: User
) -> None:
    approved(built(developer, project, RUNE + b"base"))
    offer = offered(partner, fork, ("2.5", "3"))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    (conflict,) = read(developer, offer).conflicts
    text = (conflict.ours or "").replace("modulus: 2", "modulus: 2.75")
    # The same files are built before with another's text.
    actions.resolve_conflict(developer, again(developer, offer), conflict.key, Side.WRITTEN, text)
    assert owner.pk not in authors_of(built_merged(developer, offer))
    actions.resolve_conflict(owner, again(owner, offer), conflict.key, Side.WRITTEN, text)
    build = built_merged(developer, offer)
    with pytest.raises(OwnBuild):
        actions.give_verdict(owner, build, "approve")


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_a_choice_ends_when_a_side_changes_and_a_build_when_the_files_do(
    project: Project, fork: Project, partner: User, developer: User
) -> None:
    offer = offered(partner, fork, ("2.5", "3"))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    key = read(developer, offer).conflicts[0].key
    actions.resolve_conflict(developer, again(developer, offer), key, Side.THEIRS)
    approved(built_merged(developer, offer))
    request = again(developer, offer)
    assert missing_to_merge(request, merging_of(request)) == ()
    write_file(developer, project, "notes.md", b"by the way\n")
    with pytest.raises(CannotMerge, match="not built as it is now"):
        actions.merge_change_request(developer, again(developer, offer))
    write_file(partner, fork, "Runefile.yml", RUNEFILE.replace("2.5", "3.5").encode())
    actions.offer_newer(partner, find_offer(partner, offer.pk))
    assert len(read(developer, offer).open_conflicts) == 1


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_nobody_merges_over_an_edit_of_this_moment(
    project: Project, fork: Project, partner: User, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offered(partner, fork)
    approved(built_merged(developer, offer))
    build_edits = edits_between

    def edited_meanwhile(*sides: object) -> object:
        edits = build_edits(*sides)  # type: ignore[arg-type]
        write_file(developer, project, "notes.md", b"now\n")
        return edits

    monkeypatch.setattr(merges, "edits_between", edited_meanwhile)
    with pytest.raises(FileChanged):
        actions.merge_change_request(developer, again(developer, offer))
    assert (again(developer, offer).state, runefile(project)) == ("open", RUNEFILE)


@pytest.mark.slow
def test_a_merge_is_undone_without_what_was_edited_since(
    project: Project, fork: Project, partner: User, developer: User
) -> None:
    offer = offered(partner, fork, ("2.5", "3"))
    approved(built_merged(developer, offer))
    actions.merge_change_request(developer, again(developer, offer))
    write_file(developer, project, "notes.md", b"since\n")
    actions.undo_merge(developer, again(developer, offer))
    assert runefile(project) == RUNEFILE
    assert "notes.md" in paths(project)
    assert again(developer, offer).state == "open"
    approved(built_merged(developer, offer, b"\0asm\1\0\0\0again"))
    actions.merge_change_request(developer, again(developer, offer))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "9").encode())
    with pytest.raises(CannotUndo, match=r"turn in Runefile\.yml"):
        actions.undo_merge(developer, again(developer, offer))
    assert "9" in runefile(project)


@pytest.mark.slow
def test_what_is_offered_after_a_merge_is_compared_with_what_was_merged(
    project: Project, fork: Project, partner: User, developer: User
) -> None:
    first = offered(partner, fork, ("2.5", "3"))
    approved(built_merged(developer, first))
    actions.merge_change_request(developer, again(developer, first))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "3.25").encode())
    second = offered(partner, fork, ("2.5", "3"), ("runicos/base", "runicos/other"))
    merging = read(developer, second)
    assert merging.conflicts == ()
    assert "3.25" in merging.result.texts["Runefile.yml"].decode()


@pytest.mark.proof
def test_a_fork_that_is_gone_can_only_be_closed(fork: Project, partner: User, developer: User) -> None:
    offer = offered(partner, fork)
    ChangeRequest.objects.filter(pk=offer.pk).update(base=None, offered=None, source=None)
    with pytest.raises(ForkDeleted):
        merging_of(again(developer, offer))
    with pytest.raises(Invalid, match="why"):
        actions.close_change_request(developer, again(developer, offer))
    actions.close_change_request(developer, again(developer, offer), "The fork was deleted.")
    actions.reopen_change_request(developer, again(developer, offer))
    assert again(developer, offer).state == "open"


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_what_happens_is_in_the_log_and_told_to_whom_it_concerns(
    project: Project, fork: Project, partner: User, developer: User, owner: User, reviewer: User
) -> None:
    offer = offered(partner, fork)
    actions.begin_thread(reviewer, again(reviewer, offer), "Is 3 measured?")
    approved(built_merged(developer, offer))
    actions.merge_change_request(developer, again(developer, offer))
    acts = list(AuditEntry.objects.filter(action__startswith="change.").order_by("pk").values_list("action", flat=True))
    assert sorted(acts) == ["change.build", "change.give", "change.merge", "change.offer", "change.say"]
    entry = AuditEntry.objects.get(action="change.give")
    (line,) = render_entries(list(AuditEntry.objects.filter(action="change.merge")))
    assert "merged change request 1 into acme/kitchen, as version" in line.sentence
    assert str(project.pk) not in str(entry.data)
    events = Event.objects.filter(stream_id=fork.stream, type="offer.changed")
    assert {str(project.pk) in str(each.data) for each in events} == {False}
    assert Notice.objects.filter(person=owner, kind="changes").exists()
    assert Notice.objects.filter(person=partner, kind="changes").exists()
    assert not Notice.objects.filter(person=developer, kind="changes").exists()


@pytest.mark.proof
def test_a_review_of_the_merged_result_is_a_review_like_any_other(
    project: Project, fork: Project, partner: User, developer: User, reviewer: User
) -> None:
    offer = offered(partner, fork)
    build = built_merged(developer, offer)
    review = actions.ask_for_review(developer, build, "The merge", reviewers=[RequestedGroup((reviewer.pk,))])
    actions.give_verdict(reviewer, build, "changes", "Say why it turns further.")
    with pytest.raises(CannotMerge, match="wants it changed"):
        actions.merge_change_request(developer, again(developer, offer))
    assert review.project == project
    assert Version.objects.filter(project=project, pk=build.source.pk).exists()


@pytest.mark.proof
def test_a_fork_of_a_fork_offers_to_the_fork(project: Project, fork: Project, partner: User, developer: User) -> None:
    other = fork_project(partner, fork, fork.organisation, "turns-again")
    write_file(partner, other, "notes.md", b"deeper\n")
    offer = actions.offer_changes(partner, other, "Deeper")
    assert offer.project == fork
    with pytest.raises(NotFound):
        find_change_request(acting_as(developer), offer.pk)
