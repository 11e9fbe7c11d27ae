"""For each act that tells of itself, a small scene: what is there before, and the act."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.test import Client, override_settings
from django.utils import timezone

from forge.accounts import actions as accounts
from forge.accounts.models import BrowserSession, Organisation, Team, User
from forge.accounts.principals import INSTALLATION, acting_as
from forge.accounts.sign_in.actions.second_factor import note_second_factor
from forge.builds import actions as builds
from forge.builds.models import Build
from forge.builds.packages.firmware import FIRMWARE
from forge.builds.previews import refresh as previews
from forge.builds.runs import progress
from forge.builds.runs.building import BUILD
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.slots import Party
from forge.datasets.recordings.access import recording_terms
from forge.jobs import actions as jobs
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.moderation import actions as moderation
from forge.notices import actions as notices
from forge.notices.access import notices_of
from forge.notices.delivery import recording
from forge.notices.models import Notice
from forge.projects import actions as projects
from forge.projects.actions import write_file
from forge.projects.actions.project import create_of
from forge.projects.files.contents import find_file, store_files
from forge.projects.git.remote import checked_remote
from forge.projects.models import Fork, Project, Version
from forge.projects.versions.actions import autosave
from forge.projects.versions.store import snapshot
from forge.registry.artifacts import actions as artifacts
from forge.registry.blocks import actions as blocks
from forge.registry.describing import actions as describing
from forge.registry.publishing import actions as publishing
from forge.registry.withdrawing import actions as withdrawing
from forge.reviews import actions as reviews
from forge.reviews.changes.merging import merging_of
from forge.reviews.guests.access import principal_of_guest
from forge.reviews.models import AnchoredThread, ChangeRequest, InvitedReviewer, Review
from forge.reviews.rounds.actions import pending_requests
from forge.reviews.rounds.actions.invitations import become_reviewer
from forge.reviews.rounds.reminders import remind_of_due_reviews
from forge.reviews.threads.actions.wrong_results import WrongResult
from forge.reviews.threads.conversation import find_thread
from forge.webhooks import actions as webhooks
from rune.source.merge import MergeChoice, Side
from rune.source.policy import Policy, RequiredCheck
from tests.forge.conftest import RUNEFILE
from tests.forge.factories.blocks import published_block
from tests.forge.factories.builds import RUNE, approved, built, failed_build, finished, take_job
from tests.forge.factories.samples import zipped
from tests.forge.factories.suggestions import ready_copy, suggested
from tests.forge.projects.git_server import bare, git_server
from tests.rune.shared_blocks import SMOOTH
from tests.support.models.model_cases import compiled_model

Act = Callable[[], object]


@dataclass(frozen=True)
class World:
    """An organisation with a person of each role and a project. The developer is the one who follows."""

    organisation: Organisation
    project: Project
    owner: User
    developer: User
    reviewer: User
    stranger: User
    compiler: Compiler


@dataclass(frozen=True)
class Scene:
    """An act in a situation."""

    act: str
    """The dotted name of the function."""
    situation: str
    set_up: Callable[[World], Act]

    @property
    def name(self) -> str:
        return f"{self.act.removeprefix('forge.')}: {self.situation}"


SCENES: list[Scene] = []


def scene(act: Callable[..., object]) -> Callable[[Callable[[World], Act]], Callable[[World], Act]]:
    """Puts a function that sets up a situation and returns the act into the table. Its name says the situation."""

    def put(set_up: Callable[[World], Act]) -> Callable[[World], Act]:
        name = f"{act.__module__}.{act.__qualname__}"
        SCENES.append(Scene(name, set_up.__name__.replace("_", " "), set_up))
        return set_up

    return put


def _secret(link: str) -> str:
    return link.partition("#token=")[2]


def _take(world: World) -> queue.JobLease:
    builds.request_build(world.developer, world.project)
    return take_job()


# -- what is shared


def _moderator() -> User:
    person = User.objects.create_user("mo@host.example", name="Mo")
    moderation.make_moderator(person)
    return person


@scene(moderation.take_down)
def the_public_page_is_unpublished(world: World) -> Act:
    moderator = _moderator()
    return lambda: moderation.take_down(moderator, world.project, "harm", "Boards got hot.")


@scene(moderation.put_back)
def the_public_page_is_put_back(world: World) -> Act:
    moderator = _moderator()
    moderation.take_down(moderator, world.project, "harm", "Boards got hot.")
    return lambda: moderation.put_back(moderator, world.project, "It was fixed.")


@scene(moderation.refuse_appeal)
def an_appeal_is_refused(world: World) -> Act:
    moderator = _moderator()
    moderation.take_down(moderator, world.project, "harm", "Boards got hot.")
    moderation.appeal(world.owner, world.project, "It waits now.")
    return lambda: moderation.refuse_appeal(moderator, world.project, "It is as hot.")


# -- people and organisations


@scene(accounts.join_as)
def someone_with_an_account_joins(world: World) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "viewer")
    return lambda: accounts.join_as(world.stranger, _secret(link))


@scene(accounts.join_as)
def a_member_gets_a_higher_role(world: World) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "owner")
    return lambda: accounts.join_as(world.developer, _secret(link))


@scene(accounts.join_new)
def someone_makes_an_account(world: World) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "developer")
    person = accounts.NewPerson("Vi", "vi@acme.example", "a long enough one")
    return lambda: accounts.join_new(_secret(link), person)


@scene(accounts.redeem_sign_in_link)
def a_new_address_joins_the_first_organisation(world: World) -> Act:
    link = accounts.make_sign_in_link("new@acme.example")
    return lambda: accounts.redeem_sign_in_link(_secret(link))


@scene(accounts.change_role)
def the_one_who_follows_may_edit_no_more(world: World) -> Act:
    return lambda: accounts.change_role(world.owner, world.organisation, world.developer.pk, "viewer")


@scene(accounts.change_role)
def another_becomes_an_owner(world: World) -> Act:
    return lambda: accounts.change_role(world.owner, world.organisation, world.reviewer.pk, "owner")


@scene(accounts.remove_member)
def a_member_leaves(world: World) -> Act:
    return lambda: accounts.remove_member(world.reviewer, world.organisation, world.reviewer.pk)


@scene(accounts.remove_member)
def the_follower_is_removed(world: World) -> Act:
    return lambda: accounts.remove_member(world.owner, world.organisation, world.developer.pk)


@scene(accounts.hand_over)
def the_organisation_is_handed_over_to_the_one_who_follows(world: World) -> Act:
    return lambda: accounts.hand_over(world.owner, world.organisation, world.developer.pk)


@scene(accounts.join_as)
def somebody_joins_the_project_alone(world: World) -> Act:
    _, link = projects.invite_to_project(world.owner, world.project, "viewer")
    return lambda: accounts.join_as(world.stranger, _secret(link))


@scene(projects.give_project_role)
def the_one_who_follows_becomes_a_maintainer_of_the_project(world: World) -> Act:
    return lambda: projects.give_project_role(world.owner, world.project, world.developer.pk, "maintainer")


@scene(projects.end_project_role)
def the_role_in_the_project_of_the_one_who_follows_ends(world: World) -> Act:
    projects.give_project_role(world.owner, world.project, world.developer.pk, "maintainer")
    return lambda: projects.end_project_role(world.owner, world.project, world.developer.pk)


def _team(world: World) -> Team:
    """A team in which the one who follows is, and which has a role in the project."""
    team = accounts.create_team(world.owner, world.organisation, "audio")
    accounts.add_to_team(world.owner, team, [world.developer.pk])
    projects.give_team_role(world.owner, team, [world.project], "maintainer")
    return team


@scene(accounts.create_team)
def a_team_is_created(world: World) -> Act:
    return lambda: accounts.create_team(world.owner, world.organisation, "audio")


@scene(accounts.update_team)
def a_team_gets_another_name(world: World) -> Act:
    team = _team(world)
    return lambda: accounts.update_team(world.owner, team, name="sound")


@scene(accounts.add_to_team)
def the_one_who_follows_may_more_by_a_team(world: World) -> Act:
    team = _team(world)
    accounts.remove_from_team(world.owner, team, world.developer.pk)
    return lambda: accounts.add_to_team(world.owner, team, [world.developer.pk])


@scene(accounts.remove_from_team)
def the_one_who_follows_leaves_the_team(world: World) -> Act:
    team = _team(world)
    return lambda: accounts.remove_from_team(world.developer, team, world.developer.pk)


@scene(accounts.delete_team)
def the_team_of_the_one_who_follows_is_deleted(world: World) -> Act:
    team = _team(world)
    return lambda: accounts.delete_team(world.owner, team)


@scene(projects.give_team_role)
def the_team_of_the_one_who_follows_has_another_role(world: World) -> Act:
    team = _team(world)
    return lambda: projects.give_team_role(world.owner, team, [world.project], "viewer")


@scene(projects.end_team_role)
def the_role_of_the_team_of_the_one_who_follows_ends(world: World) -> Act:
    team = _team(world)
    return lambda: projects.end_team_role(world.owner, team, world.project)


@scene(accounts.update_organisation)
def an_organisation_gets_another_name_and_title(world: World) -> Act:
    return lambda: accounts.update_organisation(world.owner, world.organisation, name="acme-labs", title="Labs")


@scene(accounts.update_profile)
def the_one_who_follows_has_another_name(world: World) -> Act:
    return lambda: accounts.update_profile(world.developer, name="Joanna Okafor")


@scene(accounts.set_password)
def the_one_who_follows_has_a_new_password(world: World) -> Act:
    return lambda: accounts.set_password(world.developer, "another long one")


@scene(accounts.reset_password)
def the_one_who_follows_sets_a_forgotten_password(world: World) -> Act:
    link = f"{world.developer.pk.hex}.{default_token_generator.make_token(world.developer)}"
    return lambda: accounts.reset_password(link, "another long one")


@scene(accounts.require_second_factor)
def a_second_factor_is_required_of_the_one_who_follows(world: World) -> Act:
    Authenticator.objects.create(user=world.owner, type=Authenticator.Type.TOTP, data={})
    return lambda: accounts.require_second_factor(world.owner, world.organisation, required=True)


@scene(note_second_factor)
def the_one_who_follows_sets_up_a_second_factor(world: World) -> Act:
    return lambda: note_second_factor(world.developer, "add", "totp")


@scene(accounts.disable_person)
def the_one_who_follows_is_disabled(world: World) -> Act:
    return lambda: accounts.disable_person(world.developer.email)


@scene(accounts.end_connections)
def the_one_who_follows_signs_out(world: World) -> Act:
    return lambda: accounts.end_connections(world.developer)


@scene(accounts.end_session)
def a_session_of_the_one_who_follows_is_ended(world: World) -> Act:
    session = _signed_in(world.developer)
    return lambda: accounts.end_session(world.developer, session.pk)


@scene(accounts.end_other_sessions)
def the_other_sessions_of_the_one_who_follows_are_ended(world: World) -> Act:
    _signed_in(world.developer)
    return lambda: accounts.end_other_sessions(world.developer, "another")


def _signed_in(person: User) -> BrowserSession:
    Client().force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return BrowserSession.objects.filter(user=person).latest("created")


# -- projects


@scene(projects.create_project)
def a_project_is_created_empty(world: World) -> Act:
    return lambda: projects.create_project(world.developer, world.organisation, "other")


@scene(projects.create_from_files)
def a_project_is_created_from_files(world: World) -> Act:
    return lambda: projects.create_from_files(world.developer, world.organisation, "other", [("a.md", b"a")])


@scene(projects.duplicate_project)
def a_project_is_duplicated(world: World) -> Act:
    return lambda: projects.duplicate_project(world.developer, world.project, world.organisation, "twin")


@scene(projects.fork_project)
def a_project_is_forked(world: World) -> Act:
    return lambda: projects.fork_project(world.developer, world.project, world.organisation, "fork")


@scene(projects.create_from_model)
def a_project_is_created_from_a_model(world: World) -> Act:
    model = compiled_model("chain_f32_dense")
    return lambda: projects.create_from_model(world.developer, world.organisation, "other", "dense.tflite", model)


@scene(projects.create_from_archive)
def a_project_is_created_from_an_archive(world: World) -> Act:
    archive = BytesIO(zipped({"a.md": b"x"}))
    return lambda: projects.create_from_archive(world.developer, world.organisation, "packed", archive)


@scene(projects.create_from_upload)
def a_project_is_created_from_an_upload(world: World) -> Act:
    sent = [zipped({"a.md": b"x"})]
    return lambda: projects.create_from_upload(world.developer, world.organisation, "sent", sent, "sent")


@scene(create_of)
def a_project_is_created_from_stored_files(world: World) -> Act:
    stored = store_files([("a.md", b"a")])
    return lambda: create_of(world.developer, world.organisation, "other", stored)


@scene(projects.create_from_git)
def a_project_is_created_from_a_git_repository(world: World) -> Act:
    def make() -> None:
        with TemporaryDirectory() as root, git_server(Path(root)) as origin, override_settings(GIT_ORIGINS=(origin,)):
            bare(Path(root), "wand.git", {"a.md": b"x"})
            projects.create_from_git(world.developer, world.organisation, "", checked_remote(f"{origin}/wand.git"))

    return make


@scene(projects.update_project)
def a_project_is_renamed_and_described_and_published(world: World) -> Act:
    changes: dict[str, Any] = {"name": "pantry", "description": "A pantry.", "visibility": "public"}
    return lambda: projects.update_project(world.owner, world.project, **changes)


@scene(projects.delete_project)
def a_project_is_deleted(world: World) -> Act:
    return lambda: projects.delete_project(world.owner, world.project)


@scene(projects.restore_project)
def a_project_is_restored_under_another_name(world: World) -> Act:
    other = Project.objects.create(organisation=world.organisation, name="lost", created_by=world.owner)
    projects.delete_project(world.owner, other)
    return lambda: projects.restore_project(world.owner, world.organisation, "lost", "found")


@scene(projects.save_version)
def a_version_is_saved(world: World) -> Act:
    return lambda: projects.save_version(world.developer, world.project, "The first one")


@scene(projects.save_version)
def a_version_gets_another_message(world: World) -> Act:
    projects.save_version(world.developer, world.project, "The first one")
    return lambda: projects.save_version(world.developer, world.project, "Still the first one")


def _older_version(world: World) -> Version:
    version = projects.save_version(world.developer, world.project, "The first one")
    write_file(world.developer, world.project, "notes.md", b"new")
    return version


@scene(autosave.autosave_version)
def what_was_written_saves_itself(world: World) -> Act:
    return lambda: autosave.autosave_version(INSTALLATION, world.project)


@scene(projects.restore_version)
def an_older_version_is_restored(world: World) -> Act:
    version = _older_version(world)
    return lambda: projects.restore_version(world.developer, world.project, version)


@scene(projects.restoring_update)
def an_editor_asks_for_the_update_that_restores_an_older_version(world: World) -> Act:
    version = _older_version(world)
    return lambda: projects.restoring_update(world.developer, world.project, version)


# -- builds


@scene(builds.request_build)
def the_first_build_is_requested(world: World) -> Act:
    return lambda: builds.request_build(world.developer, world.project)


@scene(builds.request_build)
def a_build_is_requested_beyond_the_list(world: World) -> Act:
    for _ in range(10):
        built(world.developer, world.project)
    return lambda: builds.request_build(world.developer, world.project)


@scene(builds.choose_for_builds)
def targets_are_chosen(world: World) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    return lambda: builds.choose_for_builds(world.developer, world.project, {"targets": ["cortex-m4", "c"]})


@scene(builds.request_build)
def a_build_with_packages_is_requested(world: World) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c", "cortex-m4"]})
    return lambda: builds.request_build(world.developer, world.project)


@scene(progress.tell_package)
def a_package_is_refused(world: World) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    finished(builds.request_build(world.developer, world.project))
    lease = take_job()
    return lambda: queue.finish(lease, JobState.FAILED, error="The model needs its host.")


@scene(queue.finish)
def a_build_with_packages_fails(world: World) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    lease = _take(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.")


@scene(progress.tell_build)
def a_build_is_shown_again(world: World) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: progress.tell_build(build)


@scene(jobs.cancel_job)
def a_queued_build_is_cancelled(world: World) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: jobs.cancel_job(world.developer, Job.objects.get(build=build))


@scene(jobs.retry_job)
def a_failed_build_is_retried(world: World) -> Act:
    build = failed_build(world.developer, world.project)
    return lambda: jobs.retry_job(world.developer, Job.objects.get(build=build))


@scene(queue.take)
def a_worker_takes_a_build(world: World) -> Act:
    builds.request_build(world.developer, world.project)
    return lambda: queue.take((WorkerCapability.BUILD,))


@scene(progress.tell_log)
def a_worker_writes_lines(world: World) -> Act:
    lease = _take(world)
    queue.renew(lease, [queue.NewLogLine("2 stages", step="check", milliseconds=1.5)])
    return lambda: queue.renew(
        lease, [queue.NewLogLine("a", step="compile"), queue.NewLogLine("b", "warning", "compile")]
    )


@scene(progress.tell_change)
def a_build_is_announced(world: World) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: progress.tell_change(Job.objects.get(build=build))


@scene(queue.finish)
def a_build_fails(world: World) -> Act:
    lease, lines = _take(world), [queue.NewLogLine("1 error", "error", "check")]
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.", lines=lines)


@scene(queue.finish)
def a_build_succeeds(world: World) -> Act:
    artefact = built(world.developer, world.project).artefact
    lease = _take(world)
    Build.objects.filter(job=lease.job).update(artefact=artefact)
    return lambda: queue.finish(lease, JobState.SUCCEEDED, result={})


@scene(queue.put_back)
def a_worker_puts_a_build_back(world: World) -> Act:
    lease = _take(world)
    return lambda: queue.put_back(lease, [queue.NewLogLine("The server stops.")], counts=False)


@scene(queue.sweep)
def a_worker_is_lost(world: World) -> Act:
    _take(world)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


@scene(queue.sweep)
def a_worker_is_lost_for_the_last_time(world: World) -> Act:
    _take(world)
    Job.objects.update(attempt=BUILD.attempts)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


def _refresh(world: World) -> None:
    previews.refresh_previews(world.project.pk, world.compiler, threading.Event())


@scene(previews.refresh_previews)
def the_text_becomes_a_rune(world: World) -> Act:
    return lambda: _refresh(world)


@scene(previews.refresh_previews)
def the_text_is_broken_after_it_was_a_rune(world: World) -> Act:
    _refresh(world)
    write_file(world.developer, world.project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: 7\n")
    return lambda: _refresh(world)


@scene(previews.refresh_previews)
def a_wire_is_watched(world: World) -> Act:
    _refresh(world)
    builds.watch_wires(world.developer, world.project, [{"stage": "number", "index": 0}])
    return lambda: _refresh(world)


# -- what is made of builds


@scene(publishing.publish_build)
def a_build_is_published(world: World) -> Act:
    build = approved(built(world.developer, world.project))
    return lambda: publishing.publish_build(world.owner, build, "1.0")


@scene(publishing.publish_past_gate)
def a_build_is_published_past_the_gate(world: World) -> Act:
    build = built(world.developer, world.project)
    return lambda: publishing.publish_past_gate(world.owner, build, "1.0", "The fair opens in an hour.")


@scene(publishing.publish_build)
def a_tag_moves_to_another_build(world: World) -> Act:
    publishing.publish_build(world.owner, approved(built(world.developer, world.project)), "latest")
    write_file(world.developer, world.project, "notes.md", b"new")
    build = approved(built(world.developer, world.project, rune=b"\0asm\1\0\0\0 another"))
    return lambda: publishing.publish_build(world.owner, build, "latest")


def _published(world: World) -> None:
    publishing.publish_build(world.owner, approved(built(world.developer, world.project)), "1.0")


@scene(describing.describe_tag)
def notes_of_a_version_are_written(world: World) -> Act:
    _published(world)
    return lambda: describing.describe_tag(world.developer, world.project, "1.0", "Hears **more**.")


@scene(describing.deprecate_tag)
def a_version_is_deprecated(world: World) -> Act:
    _published(world)
    return lambda: describing.deprecate_tag(world.developer, world.project, "1.0", "Deaf in noise.")


@scene(describing.end_deprecation)
def a_deprecation_is_withdrawn(world: World) -> Act:
    _published(world)
    describing.deprecate_tag(world.owner, world.project, "1.0", "Deaf in noise.")
    return lambda: describing.end_deprecation(world.developer, world.project, "1.0")


@scene(withdrawing.withdraw_tag)
def a_version_is_withdrawn(world: World) -> Act:
    _published(world)
    return lambda: withdrawing.withdraw_tag(world.developer, world.project, "1.0", "It had a password in it.")


@scene(withdrawing.withdraw_for_operator)
def the_operator_withdraws_a_version(world: World) -> Act:
    _published(world)
    return lambda: withdrawing.withdraw_for_operator(INSTALLATION, world.project, "1.0", "It had a password in it.")


@scene(withdrawing.end_withdrawal)
def a_version_is_listed_again(world: World) -> Act:
    _published(world)
    withdrawing.withdraw_tag(world.owner, world.project, "1.0", "It had a password in it.")
    return lambda: withdrawing.end_withdrawal(world.developer, world.project, "1.0")


@scene(blocks.publish_block)
def a_block_is_published(world: World) -> Act:
    write_file(world.developer, world.project, "smooth.py", SMOOTH)
    approved(built(world.developer, world.project))
    return lambda: blocks.publish_block(world.developer, world.project, "smooth.py", "1.0")


@scene(blocks.deprecate_block)
def a_block_is_deprecated(world: World) -> Act:
    published_block(world.developer, world.project)
    return lambda: blocks.deprecate_block(world.developer, world.project, "smooth", "1.0", "It clicks.")


@scene(blocks.end_block_deprecation)
def advice_against_a_block_is_withdrawn(world: World) -> Act:
    published_block(world.developer, world.project)
    blocks.deprecate_block(world.owner, world.project, "smooth", "1.0", "It clicks.")
    return lambda: blocks.end_block_deprecation(world.developer, world.project, "smooth", "1.0")


@scene(blocks.withdraw_block)
def a_block_is_withdrawn(world: World) -> Act:
    published_block(world.developer, world.project)
    return lambda: blocks.withdraw_block(world.developer, world.project, "smooth", "1.0", "It had a key in it.")


@scene(blocks.end_block_withdrawal)
def the_withdrawal_of_a_block_ends(world: World) -> Act:
    published_block(world.developer, world.project)
    blocks.withdraw_block(world.owner, world.project, "smooth", "1.0", "It had a key in it.")
    return lambda: blocks.end_block_withdrawal(world.developer, world.project, "smooth", "1.0")


@scene(reviews.give_verdict)
def a_build_is_approved(world: World) -> Act:
    build = built(world.developer, world.project)
    return lambda: reviews.give_verdict(world.reviewer, build, "approve", "It hears me.")


@scene(reviews.post_check)
def a_robot_posts_a_result(world: World) -> Act:
    policy = Policy(checks=(RequiredCheck("lab", world.developer.email, "rig"),))
    build = built(world.developer, world.project, policy=policy.to_json())
    token, _ = accounts.create_token(world.developer, "rig", ["check:write"], None)
    EmailAddress.objects.update_or_create(
        user=world.developer, email=world.developer.email, defaults={"verified": True}
    )
    result = reviews.ReportedCheck(build.artefact.digest if build.artefact else "", "success")
    return lambda: reviews.post_check(acting_as(world.developer, token), build, "lab", result)


@scene(reviews.begin_thread)
def someone_says_something_about_a_build(world: World) -> Act:
    build = built(world.developer, world.project)
    return lambda: reviews.begin_thread(world.reviewer, build, "How loud was it?")


@scene(reviews.mark_wrong)
def a_result_is_marked_as_wrong(world: World) -> Act:
    build = built(world.developer, world.project)
    result = WrongResult("up", "down", 90, recording_terms(world.project).text)
    return lambda: reviews.mark_wrong(world.reviewer, build, b"1,2,3\n", result)


@scene(reviews.change_rules)
def the_rules_of_an_organisation_change(world: World) -> Act:
    return lambda: reviews.change_rules(world.owner, world.organisation, reviews.Rules(1, ("versions",)))


@scene(artifacts.change_registry_rules)
def the_registry_of_an_organisation_takes_all(world: World) -> Act:
    terms = artifacts.RegistryTerms(takes_all=True)
    return lambda: artifacts.change_registry_rules(world.owner, world.organisation, terms)


@scene(remind_of_due_reviews)
def a_review_is_overdue(world: World) -> Act:
    review = _new_review(world)
    Review.objects.filter(pk=review.pk).update(due=timezone.localdate() - timedelta(days=1))
    return remind_of_due_reviews


@scene(reviews.undo_verdict)
def an_approval_is_undone(world: World) -> Act:
    build = built(world.developer, world.project)
    reviews.give_verdict(world.reviewer, build, "approve", "It hears me.")
    return lambda: reviews.undo_verdict(world.reviewer, build)


def _new_review(world: World) -> Review:
    return _ask(world, built(world.developer, world.project))


def _ask(world: World, build: Build) -> Review:
    return reviews.ask_for_review(world.developer, build, "Hears whispers", reviewers=[_of(world.reviewer)])


def _of(person: User) -> reviews.RequestedGroup:
    return reviews.RequestedGroup((person.pk,))


@scene(reviews.ask_for_review)
def a_review_is_requested(world: World) -> Act:
    build = built(world.developer, world.project)
    return lambda: _ask(world, build)


@scene(pending_requests.ask)
def a_review_of_a_finished_build_is_requested(world: World) -> Act:
    build = built(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    return lambda: pending_requests.ask(world.developer, build, request)


@scene(pending_requests.ask_when_built)
def a_review_is_requested_of_a_build_that_succeeded_meanwhile(world: World) -> Act:
    build = built(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    return lambda: pending_requests.ask_when_built(world.developer, build, request)


@scene(pending_requests.ask_for_awaited)
def the_review_of_a_build_that_succeeds_is_requested(world: World) -> Act:
    build = builds.request_build(world.developer, world.project)
    request = pending_requests.ReviewRequest("Hears whispers", reviewers=(_of(world.reviewer),))
    pending_requests.ask_when_built(world.developer, build, request)
    finished(build)
    return lambda: pending_requests.ask_for_awaited(Job.objects.get(build=build))


@scene(become_reviewer)
def somebody_who_was_invited_becomes_a_reviewer(world: World) -> Act:
    build = built(world.developer, world.project)
    reviews.ask_for_review(world.owner, build, "Hears whispers", invited=["ana@elsewhere.example"])
    invitation = InvitedReviewer.objects.get().invitation
    return lambda: become_reviewer(world.reviewer, invitation)


@scene(reviews.ask_in_a_new_round)
def a_review_is_carried_on(world: World) -> Act:
    review = _new_review(world)
    write_file(world.developer, world.project, "notes.txt", b"better")
    better = built(world.developer, world.project, RUNE + b"better")
    return lambda: reviews.ask_in_a_new_round(world.developer, review, better, "Hears you now.")


@scene(reviews.change_reviewers)
def others_are_requested(world: World) -> Act:
    review = _new_review(world)
    return lambda: reviews.change_reviewers(world.developer, review, [_of(world.owner)])


@scene(reviews.begin_thread)
def someone_mentions_another_in_a_review(world: World) -> Act:
    review = _new_review(world)
    return lambda: reviews.begin_thread(world.reviewer, review, f"How loud was it, @{world.developer.name}?")


def _thread(world: World) -> AnchoredThread:
    begun = reviews.begin_thread(world.reviewer, _new_review(world), "How loud was it?")
    return find_thread(world.reviewer, begun.pk)


@scene(reviews.reply_in_thread)
def somebody_replies(world: World) -> Act:
    thread = _thread(world)
    return lambda: reviews.reply_in_thread(world.developer, thread, "Softly.")


@scene(reviews.resolve_thread)
def a_thread_is_resolved(world: World) -> Act:
    thread = _thread(world)
    return lambda: reviews.resolve_thread(world.developer, thread)


@scene(reviews.reopen_thread)
def a_thread_is_open_again(world: World) -> Act:
    thread = _thread(world)
    reviews.resolve_thread(world.developer, thread)
    return lambda: reviews.reopen_thread(world.reviewer, thread)


@scene(reviews.edit_comment)
def a_comment_is_edited(world: World) -> Act:
    thread = _thread(world)
    comment = thread.thread.comments.get()
    return lambda: reviews.edit_comment(world.reviewer, thread, comment, "How loud was it, and where?")


@scene(reviews.delete_comment)
def a_comment_is_deleted(world: World) -> Act:
    thread = _thread(world)
    comment = thread.thread.comments.get()
    return lambda: reviews.delete_comment(world.reviewer, thread, comment)


@scene(reviews.suggest)
def someone_suggests_what_they_tried(world: World) -> Act:
    review = _new_review(world)
    tried = ready_copy(review)
    return lambda: reviews.suggest(world.reviewer, review, tried.pk, "It hears more with it.")


@scene(reviews.take_suggestion)
def a_suggestion_is_applied(world: World) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.take_suggestion(world.owner, suggestion)


@scene(reviews.decline_suggestion)
def a_suggestion_is_declined(world: World) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.decline_suggestion(world.owner, suggestion, "It is right as it is.")


@scene(reviews.offer_changes)
def the_projects_fork_is_offered_to_it(world: World) -> Act:
    fork = projects.fork_project(world.owner, world.project, world.organisation, "twin")
    write_file(world.owner, fork, "Runefile.yml", b"version: 1\n")
    return lambda: reviews.offer_changes(world.owner, fork, "Nothing but a head")


@scene(reviews.offer_changes)
def the_project_is_a_fork_and_is_offered(world: World) -> Act:
    origin = projects.create_project(world.owner, world.organisation, "origin")
    Fork.objects.create(project=world.project, origin=origin, base=snapshot(world.project))
    write_file(world.owner, world.project, "notes.md", b"new")
    return lambda: reviews.offer_changes(world.owner, world.project, "Notes")


def _offered(world: World) -> ChangeRequest:
    """A change that both sides made otherwise."""
    fork = projects.fork_project(world.owner, world.project, world.organisation, "twin")
    write_file(world.owner, fork, "Runefile.yml", RUNEFILE.replace("length: 8", "length: 4").encode() + b"# theirs\n")
    return reviews.offer_changes(world.owner, fork, "Four of them")


def _built_merged(world: World) -> ChangeRequest:
    offer = _offered(world)
    finished(reviews.build_merged(world.owner, offer), RUNE + b"merged")
    offer.refresh_from_db()
    return offer


@scene(reviews.offer_newer)
def newer_files_are_offered(world: World) -> Act:
    offer = _offered(world)
    assert offer.source is not None
    write_file(world.owner, offer.source, "notes.md", b"newer")
    return lambda: reviews.offer_newer(world.owner, offer)


@scene(reviews.resolve_conflict)
def a_conflict_is_resolved(world: World) -> Act:
    offer = _offered(world)
    text = find_file(world.project, "Runefile.yml").text or ""
    write_file(world.owner, world.project, "Runefile.yml", text.encode() + b"# ours\n")
    (conflict,) = merging_of(offer).conflicts
    return lambda: reviews.resolve_conflict(world.owner, offer, conflict.key, MergeChoice(Side.THEIRS))


@scene(reviews.start_over)
def all_conflicts_are_open_again(world: World) -> Act:
    offer = _offered(world)
    return lambda: reviews.start_over(world.owner, offer)


@scene(builds.build_version)
def a_version_that_is_not_the_files_is_built(world: World) -> Act:
    version = snapshot(world.project)
    write_file(world.owner, world.project, "notes.md", b"newer")
    return lambda: builds.build_version(world.developer, version)


@scene(reviews.build_merged)
def the_merged_result_is_built(world: World) -> Act:
    offer = _offered(world)
    return lambda: reviews.build_merged(world.owner, offer)


@scene(reviews.merge_change_request)
def a_change_request_is_merged(world: World) -> Act:
    offer = _built_merged(world)
    assert offer.build is not None
    reviews.give_verdict(world.reviewer, offer.build, "approve")
    return lambda: reviews.merge_change_request(world.owner, offer)


@scene(reviews.merge_past_gate)
def a_change_request_is_merged_past_its_gate(world: World) -> Act:
    offer = _built_merged(world)
    return lambda: reviews.merge_past_gate(world.owner, offer, "Nobody is here.")


@scene(reviews.undo_merge)
def a_merge_is_undone(world: World) -> Act:
    offer = _built_merged(world)
    reviews.merge_past_gate(world.owner, offer, "Nobody is here.")
    return lambda: reviews.undo_merge(world.owner, offer)


@scene(reviews.ask_for_changes)
def changes_are_requested_in_a_change_request(world: World) -> Act:
    offer = _offered(world)
    return lambda: reviews.ask_for_changes(world.reviewer, offer, "Say why.")


@scene(reviews.close_change_request)
def a_change_request_is_closed(world: World) -> Act:
    offer = _offered(world)
    return lambda: reviews.close_change_request(world.owner, offer, "Not now.")


@scene(reviews.reopen_change_request)
def a_closed_change_request_is_opened_again(world: World) -> Act:
    offer = _offered(world)
    reviews.close_change_request(world.owner, offer, "Not now.")
    return lambda: reviews.reopen_change_request(world.owner, offer)


@scene(reviews.withdraw_suggestion)
def a_suggestion_is_withdrawn(world: World) -> Act:
    suggestion = suggested(world.reviewer, _new_review(world))
    return lambda: reviews.withdraw_suggestion(world.reviewer, suggestion)


@scene(reviews.say_as_guest)
def a_guest_comments(world: World) -> Act:
    review = _new_review(world)
    _, address = reviews.invite_guest(world.owner, review, reviews.GuestTerms("Lena"))
    guest, _ = reviews.enter_as_guest(_secret(address), review.pk)
    return lambda: reviews.say_as_guest(principal_of_guest(guest), review, "Lena", "It hears me.")


@scene(reviews.close_review)
def a_review_is_closed(world: World) -> Act:
    review = _new_review(world)
    return lambda: reviews.close_review(world.developer, review)


# -- notices


def _noticed(world: World) -> Notice:
    failed_build(world.developer, world.project)
    return notices_of(world.developer)[0]


@scene(recording.record)
def a_failed_build_concerns_the_one_who_follows(world: World) -> Act:
    lease = _take(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.")


@scene(notices.change_notice)
def a_notice_is_read(world: World) -> Act:
    notice = _noticed(world)
    return lambda: notices.change_notice(world.developer, notice, read=True)


@scene(notices.read_all)
def all_notices_are_read(world: World) -> Act:
    _noticed(world)
    return lambda: notices.read_all(world.developer)


@scene(notices.mute)
def a_thread_is_muted(world: World) -> Act:
    notice = _noticed(world)
    return lambda: notices.mute(world.developer, notice)


# -- jobs


def _job(world: World) -> Job:
    party = Party(world.organisation.pk, world.developer.pk)
    return queue.enqueue(FIRMWARE, party.organisation, {"build": str(uuid4())}, party=party, project=world.project)


def _job_lease(world: World) -> queue.JobLease:
    _job(world)
    lease = queue.take((WorkerCapability.BUILD,))
    assert lease is not None
    return lease


@scene(queue.enqueue)
def a_job_is_queued(world: World) -> Act:
    return lambda: _job(world)


@scene(queue.take)
def a_worker_takes_a_job(world: World) -> Act:
    _job(world)
    return lambda: queue.take((WorkerCapability.BUILD,))


@scene(queue.finish)
def a_job_fails(world: World) -> Act:
    lease = _job_lease(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The file is empty.")


@scene(queue.put_back)
def a_job_is_put_back(world: World) -> Act:
    lease = _job_lease(world)
    return lambda: queue.put_back(lease, [], counts=True)


@scene(queue.sweep)
def the_worker_of_a_job_died(world: World) -> Act:
    _job_lease(world)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


@scene(jobs.cancel_job)
def a_queued_job_is_cancelled(world: World) -> Act:
    job = _job(world)
    return lambda: jobs.cancel_job(world.developer, job)


@scene(jobs.retry_job)
def a_job_is_retried(world: World) -> Act:
    job = _job(world)
    queue.cancel(job, "Ann")
    return lambda: jobs.retry_job(world.developer, job)


@scene(queue.announce)
def the_state_of_a_job_is_announced(world: World) -> Act:
    job = _job(world)
    return lambda: queue.announce(job)


@scene(queue.cancel)
def a_job_is_ended_for_somebody(world: World) -> Act:
    job = _job(world)
    return lambda: queue.cancel(job, "Ann")


@scene(queue.restart)
def a_running_job_begins_again(world: World) -> Act:
    job = _job(world)
    assert queue.take([job.capability]) is not None
    return lambda: queue.restart(job, "Its samples were deleted.")


@scene(queue.retry)
def a_job_is_queued_again_for_somebody(world: World) -> Act:
    job = _job(world)
    queue.cancel(job, "Ann")
    return lambda: queue.retry(job, "Ann")


# -- webhooks


@scene(webhooks.stop_webhook)
def a_webhook_took_nothing_for_days(world: World) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    return lambda: webhooks.stop_webhook(INSTALLATION, webhook, "It answered 500.")


@scene(webhooks.ping)
def a_webhook_gets_a_test_message(world: World) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    return lambda: webhooks.ping(world.owner, webhook)


@scene(webhooks.repeat)
def a_message_is_sent_again(world: World) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    delivery = webhooks.ping(world.owner, webhook)
    return lambda: webhooks.repeat(world.owner, delivery)


def acts_with_a_scene() -> Iterator[str]:
    """The acts of the table."""
    return (each.act for each in SCENES)
