"""An act has one place: the code is read for acts elsewhere, and for acts that leave something out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import forge
from forge.core.audit.messages import audit_sentences
from tests.forge.acts import (
    AUDIT,
    EVENT,
    Code,
    called_elsewhere,
    code_of,
    declared_acts,
    event_recorders,
    forgetful_acts,
    loose_entries,
    missing_values,
    placeless_entries,
    read_code,
    silent_acts,
    tables_in_views,
    unguarded_acts,
    written_actions,
)
from tests.support.cases import each_case
from tests.support.forge.addresses import acts as addresses

RECORDERS: Mapping[str, str] = {
    "forge.builds.runs.progress": "a worker tells what came of a build, and its job how it goes on: nobody acts",
    "forge.builds.previews.recorder": "a worker tells what came of a preview: nobody acts",
    "forge.jobs.queue": "a worker that holds a job's lease tells how it goes on; acts write the audit entry",
    "forge.reviews.rounds.reminders": "a date passes: nobody acts",
    "forge.deployments.keys.grants": "a key ends since its maker's right ended: the act that took it writes the entry",
    "forge.fleet.reports.recording": "a device reports: no person acts",
    "forge.fleet.self_tests.judging": "a worker computed what a device answers: nobody acts",
    "forge.fleet.periodic.away": "a day passes: nobody acts",
    "forge.telemetry.alerts.grants": "an owner's right ended: the act that took it writes the entry",
    "forge.telemetry.alerts.lapses": "a day passes: nobody acts",
    "forge.rollouts.announcements": "tells of acts, which write the audit entry, and of a guard that failed",
    "forge.telemetry.alerts.judging": "a day of counts is judged: nobody acts",
    "forge.webhooks.grants": "a webhook stops since its maker's right ended: the act that took it writes the entry",
    "forge.notices.delivery.recording": "an event became somebody's notice: who acted is in the event",
}
"""The recorders of events beside acts, with the reasons."""

BY_A_RECORDER = {"forge.builds.previews.refresh.refresh_previews"}
"""Tells by the methods of a recorder, a class of another module, where `event_recorders` does not look."""

PARTS_OF_ACTS = {
    "forge.datasets.analysis.actions.announce_analysis",
    "forge.datasets.imports.actions.announce_import",
    "forge.learning.conversions.actions.announce_conversion",
    "forge.learning.searches.actions.searches.announce_search",
    "forge.learning.training.actions.runs.announce_run",
}
"""Tell how a job goes on: for acts, which write the audit entry, and for the job, where nobody acts."""

UNAUDITED: Mapping[str, str] = {
    "forge.accounts.people.actions.account.end_claims": "a part of other acts, which write theirs",
    "forge.accounts.people.actions.account.end_connections": "tells open sockets of an act; does nothing itself",
    "forge.builds.previews.actions.refresh_preview": "asks for what an edit makes by itself; the project is the same",
    "forge.builds.previews.actions.ask_for_embedding": "the same, with what the last layer of its model reads",
    "forge.builds.previews.actions.run_tests": "the same, for what the tests of a block find",
    "forge.builds.previews.actions.try_fix": "the same, of a text that is stored nowhere",
    "forge.builds.previews.actions.watch_stages": "asks for a rune of a build that shows its values; nothing changes",
    "forge.builds.previews.actions.watch_wires": "the same, with what flows in its wires",
    "forge.datasets.imports.actions.receive_piece": "bytes mean nothing before the import is started, which is written",
    "forge.datasets.labelling.actions.release": "says who looks at a sample for some minutes; no sample changes",
    "forge.datasets.recordings.actions.read_sample": "reads a recording; storing it is another act, which is written",
    "forge.learning.augmentation.actions.draw_augmentation": "draws from samples that may be played, and keeps nothing",
    "forge.datasets.samples.actions.cut.propose_parts": "says where a sample could be cut; changes nothing",
    "forge.datasets.samples.actions.positions.set_positions": "a part of marking, which is written",
    "forge.learning.training.actions.offering.offer_model": "a part of other acts, which write theirs",
    "forge.notices.actions.change_notice": "what somebody has read is nobody else's business",
    "forge.notices.actions.mute": "the same",
    "forge.notices.actions.read_all": "the same",
    "forge.projects.versions.actions.autosave.autosave_version": "nobody acts; everybody sees the new version",
    "forge.registry.distribution.artifacts.actions.uploads.begin_upload": "a manifest gives a blob its meaning",
    "forge.registry.distribution.artifacts.actions.uploads.append_part": "the same",
    "forge.registry.distribution.artifacts.actions.uploads.finish_upload": "the same",
    "forge.registry.distribution.artifacts.actions.uploads.cancel_upload": "the same",
    "forge.registry.distribution.artifacts.actions.uploads.mount_blob": "the same",
    "forge.reviews.threads.actions.conversation.begin_thread_with_verdict": "a part of a verdict, which is written",
    "forge.reviews.threads.actions.conversation.take_back_words": "a part of undoing a verdict, which is written",
    "forge.player.actions.make_phone_link": "lets nobody in by itself; the phone that uses it is written down",
}
"""Acts without an audit entry, and why."""


THINGS = frozenset({"project", "organisation", "person", "build", "review", "change_request", "changes"})
"""Parts of a sentence that the entry itself names (`forge.accounts.audit.sentences`)."""


def forge_code() -> Code:
    """All of forge."""
    return code_of(Path(forge.__path__[0]))


IMPORTS = """
from django.db import transaction
from forge.accounts.models import User
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.projects.access import require
"""


@pytest.mark.slow
def test_audit_entries_are_written_in_actions_only() -> None:
    assert called_elsewhere(forge_code(), AUDIT) == []


@pytest.mark.slow
def test_events_are_told_in_actions_and_by_the_recorders_of_machines() -> None:
    assert called_elsewhere(forge_code(), EVENT, RECORDERS) == []


def test_each_act_writes_an_audit_entry() -> None:
    assert silent_acts(forge_code(), UNAUDITED) == []


def test_each_act_asks_for_permission() -> None:
    assert unguarded_acts(forge_code()) == []


def test_each_act_that_names_a_state_compares_it() -> None:
    assert forgetful_acts(forge_code()) == []


def test_each_declared_act_has_an_address() -> None:
    functions = (each.function for _, _, each in addresses.declared_acts())
    reached = {f"{function.__module__}.{function.__qualname__}" for function in functions}
    assert declared_acts(forge_code()) - reached == set()


def test_each_audit_entry_is_in_one_transaction_with_what_it_tells_of() -> None:
    assert loose_entries(forge_code()) == []


@pytest.mark.slow
@pytest.mark.protects("audit/unreadable-entries")
def test_each_audit_entry_says_where_it_happened() -> None:
    assert placeless_entries(forge_code()) == []


@pytest.mark.slow
@pytest.mark.protects("audit/unreadable-entries")
def test_each_action_has_its_words() -> None:
    assert written_actions(forge_code()) - set(audit_sentences()) == set()


@pytest.mark.slow
def test_each_sentence_names_values_that_its_entries_have() -> None:
    sentences = {name: sentence.text for name, sentence in audit_sentences().items()}
    assert missing_values(forge_code(), sentences, THINGS) == []


def test_a_value_that_an_entry_lacks_is_found() -> None:
    code = _act("def wind(actor: Actor) -> None:\n    write_entry(actor, 'toy.wind', 'toy:1', toy.place, colour='red')")
    assert missing_values(code, {"toy.wind": "wound {project} {colour} {times} times"}, THINGS) == [
        "forge.toys.actions, line 9: times"
    ]


def test_an_entry_without_a_place_is_found() -> None:
    text = "def wind(actor: Actor) -> None:\n    write_entry(actor, 'toy.wind', 'toy:1'{})"
    assert placeless_entries(_act(text.format(", colour='red'"))) == [
        "forge.toys.actions, line 9: the entry has no place"
    ]
    assert placeless_entries(_act(text.format(", toy.place"))) == []
    assert written_actions(_act(text.format(""))) == {"toy.wind"}


@pytest.mark.slow
def test_views_read_tables_as_someone_and_write_none() -> None:
    assert tables_in_views(forge_code()) == []


@pytest.mark.parametrize("module", ["forge.toys.files", "forge.toys.api", "forge.toys.transactions"])
def test_an_entry_elsewhere_is_found(module: str) -> None:
    code = read_code((module, IMPORTS + "def write(actor):\n    write_entry(actor, 'toy.write', 'toy:1')"))
    assert called_elsewhere(code, AUDIT) == [f"{module} calls {AUDIT}"]


@pytest.mark.parametrize("module", ["forge.toys.actions", "forge.toys.actions.files"])
def test_an_entry_in_actions_is_in_its_place(module: str) -> None:
    code = read_code((module, IMPORTS + "def write(actor):\n    write_entry(actor, 'toy.write', 'toy:1')"))
    assert called_elsewhere(code, AUDIT) == []


def test_an_entry_is_found_under_another_name_and_through_its_module() -> None:
    alias = "from forge.core.audit.entries import write_entry as note\ndef write(actor):\n    note(actor, 'a', 'b')"
    module = "from forge.core.audit import entries\ndef write(actor):\n    entries.write_entry(actor, 'a', 'b')"
    code = read_code(("forge.toys.one", alias), ("forge.toys.two", module))
    assert called_elsewhere(code, AUDIT) == [f"forge.toys.one calls {AUDIT}", f"forge.toys.two calls {AUDIT}"]


def test_an_excuse_that_nothing_needs_is_found() -> None:
    code = read_code(("forge.toys.leases", IMPORTS))
    assert called_elsewhere(code, EVENT, {"forge.toys.leases"}) == [f"forge.toys.leases does not call {EVENT}"]
    module = _act("def wind(actor: Actor) -> None:\n    write_entry(actor, 'toy.wind', 'toy:1')")
    exceptions = ["forge.toys.actions.wind", "forge.toys.actions.unknown"]
    assert silent_acts(module, exceptions) == [
        "forge.toys.actions.unknown is no act without an audit entry",
        "forge.toys.actions.wind is no act without an audit entry",
    ]


@pytest.mark.parametrize("who", ["Actor", "User"])
def test_a_silent_act_is_found(who: str) -> None:
    code = _act(f"def wind(actor: {who}, toy: Toy) -> None:\n    toy.save()")
    assert silent_acts(code) == ["forge.toys.actions.wind writes no audit entry"]
    assert silent_acts(code, ["forge.toys.actions.wind"]) == []


def test_an_act_may_write_its_entry_by_a_function_of_its_own_or_of_another_app() -> None:
    own = _act(
        "def wind(actor: Actor) -> None:\n    _note(actor)\n\n"
        "def _note(actor: Actor) -> None:\n    write_entry(actor, 'toy.wind', 'toy:1')"
    )
    assert silent_acts(own) == []
    others = read_code(
        ("forge.toys.actions", "from forge.toys.actions.winding import wind"),
        (
            "forge.toys.actions.winding",
            IMPORTS + "def wind(actor: Actor) -> None:\n    write_entry(actor, 'toy.wind', 'toy:1')",
        ),
        (
            "forge.boxes.actions",
            "from forge.toys import actions\ndef open(user: User) -> None:\n    actions.wind(user)",
        ),
    )
    assert silent_acts(others) == []


def test_what_is_private_or_nobodys_is_no_act() -> None:
    assert silent_acts(_act("def _wind(actor: Actor) -> None: ...\ndef sweep(now: datetime) -> None: ...")) == []


def test_an_act_that_asks_for_no_permission_is_found() -> None:
    text = "def wind(actor: Actor, toy: Toy) -> None:\n    require(actor, Verb.EDIT, toy)"
    assert unguarded_acts(_act(text)) == []
    assert unguarded_acts(_act("def wind(actor: Actor, toy: Toy) -> None:\n    toy.save()")) == [
        "forge.toys.actions.wind asks for no permission"
    ]


def test_a_declared_act_is_guarded_by_its_declaration_and_has_to_compare_its_state() -> None:
    decorator = "from forge.core.api.acts import act\n@act('PUT', TOY, 'x', 'x', verb=Verb.EDIT, state=IF_MATCH)\n"
    text = decorator + "def wind(actor: Actor, toy: Toy, *, precondition=None) -> None:\n    toy.save()"
    caller = "\ndef lend(actor: Actor, toy: Toy) -> None:\n    wind(actor, toy)"
    assert unguarded_acts(_act(text + caller)) == []
    assert forgetful_acts(_act(text)) == ["forge.toys.actions.wind does not compare its precondition"]
    compares = "\n    require_precondition(facets(toy), precondition)"
    header = "from forge.core.preconditions import require_precondition\n"
    assert forgetful_acts(_act(header + text + compares)) == []


@each_case(
    "body",
    [
        "    write_entry(actor, 'a', 'b')",
        "    with transaction.atomic():\n        toy.save()\n    write_entry(actor, 'a', 'b')",
        "    if toy:\n        write_entry(actor, 'a', 'b')",
        "    try:\n        toy.save()\n    except Broken:\n        write_entry(actor, 'a', 'b')",
        "    _note(actor)",
    ],
)
def test_an_entry_outside_of_a_transaction_is_found(body: str) -> None:
    code = _act(f"def wind(actor: Actor, toy: Toy) -> None:\n{body}\n\n{_NOTE}")
    assert loose_entries(code) == ["forge.toys.actions.wind writes an audit entry outside of a transaction"]


@pytest.mark.parametrize(
    "act",
    [
        "@transaction.atomic\ndef wind(actor: Actor) -> None:\n    write_entry(actor, 'a', 'b')",
        "def wind(actor: Actor) -> None:\n    with transaction.atomic():\n        write_entry(actor, 'a', 'b')",
        "def wind(actor: Actor) -> None:\n    with editing(project) as doc:\n        _note(actor)",
    ],
)
def test_an_entry_in_a_transaction_is_in_order(act: str) -> None:
    assert loose_entries(_act(f"{act}\n\n{_NOTE}")) == []


_VIEWS = ("toys.api", "toys.box_api", "toys.consumers", "toys.pages", "toys.pages.box", "web.toys")


@each_case("module", [f"forge.{name}" for name in _VIEWS])
@each_case("reading", ["Toy.objects.filter(pk=1)", "Toy.objects.all()", "Toy.objects.alive()"])
def test_a_view_that_reads_a_table_as_nobody_is_found(module: str, reading: str) -> None:
    wrong = tables_in_views(read_code((module, reading)))
    assert wrong == [f"{module}, line 1: Toy.objects is read as nobody in particular"]


@pytest.mark.parametrize("writing", ["toy.save", "toy.parts.create", "Part.objects.visible_to(actor).delete"])
def test_a_view_that_writes_a_table_is_found(writing: str) -> None:
    assert tables_in_views(read_code(("forge.toys.api", f"{writing}()"))) == [
        f"forge.toys.api, line 1: {writing}() writes a table"
    ]


def test_a_view_may_read_a_table_as_someone_sees_it() -> None:
    assert tables_in_views(read_code(("forge.toys.api", "Toy.objects.visible_to(actor).filter(pk=1)"))) == []


_NOTE = "def _note(actor: Actor) -> None:\n    write_entry(actor, 'a', 'b')"


def _act(text: str) -> Code:
    return read_code(("forge.toys.actions", IMPORTS + text))


@each_case(
    "text",
    [
        "def wind(toy):\n    append_event(toy.stream, E())",
        "def wind(toy):\n    _deep(toy)\ndef _deep(toy):\n    append_event(toy.stream, E())",
        "class _Recorder:\n    def save(self):\n        append_event('a', E())\ndef wind(toy):\n    _Recorder(toy)",
    ],
    ids=["itself", "by a private function", "by a class that it makes"],
)
@each_case("module", ["forge.toys.actions", "forge.toys.leases"])
def test_what_tells_is_found(module: str, text: str) -> None:
    silent = "\ndef look(toy):\n    return toy"
    view = ("forge.toys.api", f"from {module} import wind\ndef post(request):\n    wind(request.toy)")
    code = read_code((module, IMPORTS + text + silent), view)
    assert event_recorders(code) == {f"{module}.wind"}


def test_an_act_that_tells_by_another_act_is_found() -> None:
    one = ("forge.toys.actions.one", IMPORTS + "def wind(toy):\n    append_event(toy.stream, E())")
    package = ("forge.toys.actions", "from forge.toys.actions.one import wind")
    other = ("forge.games.actions", "from forge.toys import actions\ndef play(toy):\n    actions.wind(toy)")
    assert event_recorders(read_code(one, package, other)) == {
        "forge.toys.actions.one.wind",
        "forge.games.actions.play",
    }
