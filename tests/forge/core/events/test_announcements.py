"""An event is declared in one place and arrives everywhere; a declaration that is wrong is refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import pytest
from drf_spectacular.plumbing import ComponentRegistry

from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, User
from forge.accounts.principals import VISITOR
from forge.activity.access import activity_of, complete
from forge.activity.rows import activity_rows
from forge.core.audit import messages
from forge.core.audit.entries import write_entry
from forge.core.audit.messages import AuditSentences, AuditTopic, SentenceDeclaredTwice
from forge.core.events import declarations
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import Declarations, EventType, StreamKind, declare
from forge.core.events.errors import WrongEvent
from forge.core.events.log import append_event
from forge.core.events.schema import message_schemas
from forge.core.models import AuditEntry
from forge.notices.access import notices_of
from forge.notices.serializers import notice_to_json
from forge.projects.models import Project
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from tests.conftest import REPOSITORY
from tests.support.cases import each_case


class BellRungJson(TypedDict):
    """Somebody rang the bell."""

    times: int


BELLS = NoticeTopic("bell", icon="radio", messages={"rung": "{who} rang {times} times"})
BELL_MESSAGES = WebhookTopic("bell", "Bells")


def notice_for(people: frozenset[Any]) -> Callable[[StoredEvent[BellRungJson]], NoticeDraft]:
    return lambda event: NoticeDraft(BELLS, "rung", title="The bell", subject="bell:1", path="", participants=people)


def bell_message(event: StoredEvent[BellRungJson], project: PlaceAddress) -> WebhookMessage:
    return WebhookMessage("bell.rung", {"times": event.data["times"], "page": f"{project.url}/bell"})


def bell(**announcements: Any) -> EventType[..., BellRungJson]:
    return EventType("bell.rung", StreamKind.PROJECT, BellRungJson, **announcements)


def activity(sentence: ActivitySentence, *values: str, kind: str = "rang") -> ActivityAnnouncement[BellRungJson]:
    return ActivityAnnouncement({kind: sentence}, lambda _: ActivityEntry("rang"), values)


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declarations of a test end with it."""
    monkeypatch.setattr(declarations, "_declarations", Declarations(declarations._declarations))
    monkeypatch.setattr(messages, "_sentences", dict(messages._sentences))


@pytest.mark.django_db
def test_an_event_that_is_declared_in_one_place_arrives_everywhere(
    project: Project, organisation: Organisation, owner: User, developer: User, reviewer: User
) -> None:
    rung = declare(
        bell(
            audit=AuditSentences(AuditTopic.PROJECTS, {"bell.ring": "rang the bell of {project} {times} times"}),
            activity=activity(ActivitySentence("rang the bell of", rest="{times} times", path="/bell")),
            notice=NoticeAnnouncement((BELLS,), notice_for(frozenset({reviewer.pk}))),
            webhook=WebhookAnnouncement(BELL_MESSAGES, ("bell.rung",), bell_message),
        )
    )
    create_webhook(owner, organisation, "https://example.com/hook", ["bell"])
    write_entry(developer, "bell.ring", project.stream, project.place, times=3)
    append_event(project.stream, rung(times=3), developer)

    (entry,) = render_entries(list(AuditEntry.objects.filter(action="bell.ring")))
    assert entry.sentence == "Jo Okafor rang the bell of acme/kitchen 3 times."
    (row,) = activity_rows(VISITOR, complete(activity_of(reviewer)))
    assert (row.sentence.verb, row.sentence.thing, row.sentence.rest) == ("rang the bell of", "kitchen", "3 times")
    assert row.url == "/acme/kitchen/bell"
    (notice,) = (notice_to_json(each) for each in notices_of(reviewer))
    assert (notice["kind"], notice["title"], notice["text"]) == ("bell", "The bell", "Jo Okafor rang 3 times")
    message = json.loads(Delivery.objects.get(type="bell.rung").body)
    assert message["data"]["times"] == 3
    assert message["data"]["page"].endswith("/acme/kitchen/bell")


@pytest.mark.slow
def test_a_declared_event_has_a_schema_and_a_typescript_type(tmp_path: Path) -> None:
    registry = ComponentRegistry()
    schemas = message_schemas((declare(bell()),), registry)
    schemas |= registry.build({})["schemas"]
    schema = {"openapi": "3.0.3", "info": {}, "paths": {}, "components": {"schemas": schemas}}
    assert schemas["BellRungEvent"]["properties"]["data"] == {"$ref": "#/components/schemas/BellRung"}
    description, types = tmp_path / "openapi.json", tmp_path / "schema.ts"
    description.write_text(json.dumps(schema), encoding="utf-8")
    script = ["node", "scripts/api-types.mjs", str(description), str(types)]
    subprocess.run(script, cwd=REPOSITORY / "frontend", timeout=60, check=True)
    text = types.read_text("utf-8")
    assert "export type BellRungEvent = " in text
    assert "times: number" in text


@each_case(
    ("announcements", "message"),
    [
        ({"activity": activity(ActivitySentence("rang", rest="{often}"))}, "names often, which the payload lacks"),
        ({"activity": ActivityAnnouncement({}, lambda _: None)}, "has no sentence"),
        ({"notice": NoticeAnnouncement((), lambda _: None)}, "notice has no topic"),
        ({"notice": NoticeAnnouncement((NoticeTopic("b", "x", {}),), lambda _: None)}, "has no message"),
        (
            {"notice": NoticeAnnouncement((NoticeTopic("b", "x", {"rung": "{often}"}),), lambda _: None)},
            "names often, which the payload lacks",
        ),
        ({"webhook": WebhookAnnouncement(BELL_MESSAGES, (), bell_message)}, "has no type"),
        ({"activity": activity(ActivitySentence("built"), kind="built")}, "built is declared twice"),
        (
            {"notice": NoticeAnnouncement((NoticeTopic("mention", "x", {"rung": ""}),), lambda _: None)},
            "mention is declared twice",
        ),
        (
            {"webhook": WebhookAnnouncement(WebhookTopic("build", "Bells"), ("bell.rung",), bell_message)},
            "build is declared twice",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(announcements: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongEvent, match=message):
        declare(bell(**announcements))


def test_a_value_that_the_function_adds_is_declared_beside_it() -> None:
    declare(bell(activity=activity(ActivitySentence("rang", rest="{often}"), "often")))


def test_an_event_is_declared_once() -> None:
    declare(bell())
    with pytest.raises(WrongEvent, match="twice"):
        declare(bell())


def test_an_action_has_one_sentence() -> None:
    with pytest.raises(SentenceDeclaredTwice):
        declare(bell(audit=AuditSentences(AuditTopic.FILES, {"file.write": "rang"})))


@pytest.mark.parametrize("stream", [StreamKind.PERSON, StreamKind.INBOX, StreamKind.JOBS])
def test_webhooks_are_sent_events_of_projects_and_organisations_alone(stream: StreamKind) -> None:
    with pytest.raises(WrongEvent, match="webhooks are of a project or an organisation"):
        declare(
            EventType(
                "bell.rung",
                stream,
                BellRungJson,
                webhook=WebhookAnnouncement(BELL_MESSAGES, ("bell.rung",), bell_message),
            )
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("announcements", "message"),
    [
        ({"activity": activity(ActivitySentence("rang", rest="{often}"), "often")}, "needs the value often"),
        ({"activity": activity(ActivitySentence("rang"), kind="struck")}, "rang is not a declared kind"),
        (
            {
                "notice": NoticeAnnouncement(
                    (BELLS,), lambda _: NoticeDraft(BELLS, "struck", title="", subject="", path="")
                )
            },
            "no message struck",
        ),
        (
            {
                "notice": NoticeAnnouncement(
                    (BELLS,),
                    lambda _: NoticeDraft(NoticeTopic("b", "x", {"": ""}), "", title="", subject="", path=""),
                )
            },
            "b is not a declared topic",
        ),
    ],
)
def test_an_entry_that_is_not_as_declared_is_refused_with_its_event(
    project: Project, developer: User, announcements: dict[str, Any], message: str
) -> None:
    rung = declare(bell(**announcements))
    with pytest.raises(WrongEvent, match=message):
        append_event(project.stream, rung(times=1), developer)


@pytest.mark.django_db
def test_a_payload_with_an_undeclared_key_is_refused(project: Project) -> None:
    rung = declare(bell())
    with pytest.raises(WrongEvent, match="has no often"):
        append_event(project.stream, rung(times=1, often=True))
