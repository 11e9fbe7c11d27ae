"""A server with a project whose texts attack assistants, and what its database has."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from tests.conftest import REPOSITORY
from tests.support.agents.attacks import ATTACKS, AttackPlace, TextAttack
from tests.support.agents.keyword_sounds import words
from tests.support.servers.agents import answer, with_token
from tests.support.servers.empty_database import DATABASE
from tests.support.servers.live_server import LiveServer

SCOPES: Final = ["project:read", "project:draft", "build:run", "review:write"]
TEMPLATE: Final = REPOSITORY / "examples" / "keywords"
RECORDS: Final = frozenset({"agents_agentstep", "core_auditentry"})
"""The tables in which the server writes down what an agent does."""
OWN_WORK: Final = frozenset({"core_auditchain", "core_periodicrun", "jobs_worker"})
"""The tables of what the server does by itself: it seals the log, runs what is periodic, and notes that it works."""
_USE: Final = frozenset({"last_used", "last_polled"})
"""Columns that say when something was used."""
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"

Snapshot = Mapping[str, Counter[tuple[Any, ...]]]
"""The rows of each table."""


@dataclass(frozen=True)
class AttackedWorld:
    """The server, its project, and the names that orders use."""

    live: LiveServer
    names: Mapping[str, str]

    @property
    def project(self) -> str:
        return self.names["project"]

    def line_of(self, attack: TextAttack) -> str:
        """Returns the line of an attack, with the names of this world."""
        return Template(attack.line).substitute(self.names)

    def snapshot(self) -> Snapshot:
        """Returns all rows of all tables, without the columns that say when something was used."""
        with closing(sqlite3.connect(f"file:{self.live.data / DATABASE}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute(_TABLES)]
            return {table: Counter(_rows(database, table)) for table in tables}

    def refusals(self) -> Mapping[str, Mapping[str, Any]]:
        """Returns the newest refused calls of agents in the audit logs that the person may read, by their id."""
        pages = [f"organisations/{self.names['organisation']}/audit", "me/audit"]
        entries = [entry for page in pages for entry in self.live.api("GET", page)["results"]]
        return {each["id"]: each for each in entries if each["action"] == "agent.refused"}


def changed_tables(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """Returns the tables with other rows than before, without those of what the server does by itself."""
    return frozenset(table for table in {*before, *after} if before.get(table) != after.get(table)) - OWN_WORK


def sent_words() -> list[tuple[str, bytes]]:
    """Returns the label and the bytes of each sample: those of attacks first."""
    labels = [each.line for each in ATTACKS if each.place == AttackPlace.LABEL]
    sounds = [(label, data) for label, _, data in words()]
    return [(labels[at] if at < len(labels) else label, data) for at, (label, data) in enumerate(sounds)]


def git_files(names: Mapping[str, str]) -> dict[str, bytes]:
    """Returns the files of the repository of which the project is made."""
    files = {name: (TEMPLATE / name).read_bytes() for name in ("Runefile.yml", "keywords.tflite", "labels.txt")}
    return files | {AttackPlace.GIT: _text(AttackPlace.GIT, names).encode()}


async def prepare(live: LiveServer, git: str) -> AttackedWorld:
    """Makes the projects, their samples, a build, and the drafts of another agent; plants nothing yet but what is in
    the repository and in labels."""
    organisation = live.organisation()
    names = first_names(live, organisation)
    live.api("POST", "projects/from-git", json={"organisation": organisation, "name": "words", "url": git})
    project = names["project"]
    _send_samples(live, project)
    build = live.build(project)
    key = f"project:{live.api('GET', f'projects/{project}')['id']}"
    async with with_token(live, new_token(live, key)) as client:
        title = next(each for each in ATTACKS if each.place == AttackPlace.TITLE)
        created = await offer(client, project, Template(title.line).substitute({**names, "project": project}))
    return AttackedWorld(live, {**names, "key": key, "build": build["id"], "other_draft": str(created["draft"])})


def first_names(live: LiveServer, organisation: str) -> dict[str, str]:
    """Makes the other project with the token of its agent, and returns the names that are known before the project."""
    other = f"{organisation}/other"
    answer_now = live.http.get(f"/api/v1/projects/{other}")
    if answer_now.status_code == 404:
        live.api("POST", "projects", json={"organisation": organisation, "name": "other", "template": "sine"})
    identifier = live.api("GET", f"projects/{other}")["id"]
    return {
        "organisation": organisation,
        "project": f"{organisation}/words",
        "other": other,
        "other_token": new_token(live, f"project:{identifier}"),
        "sample_digest": f"sha256:{hashlib.sha256(sent_words()[0][1]).hexdigest()}",
    }


def new_token(live: LiveServer, key: str) -> str:
    """Returns a token that is restricted to a project, as a person creates it for an assistant."""
    created = live.api("POST", "tokens", json={"name": "assistant", "scopes": SCOPES, "restriction": [key]})
    return str(created["token"])


async def offer(client: Any, project: str, title: str) -> Mapping[str, Any]:
    """Starts a draft with one edit and offers it. Returns the numbers of the draft and of the change request."""
    draft = (await answer(client, "start_draft", project=project, title="A note"))["draft"]
    edits = [{"path": f"note-{draft}.md", "new": "A note.\n"}]
    await answer(client, "edit_draft", project=project, draft=draft, edits=edits, reason="It says more.")
    created = await answer(client, "offer_draft", project=project, draft=draft, title=title, message="A note.")
    return {"draft": draft, "change_request": created["change_request"]}


def plant(world: AttackedWorld) -> None:
    """Writes the texts of the attacks into the project, as people do, in place of those of an earlier agent."""
    for place in (AttackPlace.README, AttackPlace.RUNEFILE, AttackPlace.RULES, AttackPlace.BLOCK):
        comments = _text(place, world.names)
        before = world.live.http.get(f"/api/v1/projects/{world.project}/files/{place}")
        text = before.text.partition("# ASSISTANT(")[0] if before.status_code == 200 else ""
        _write(world, place, text + comments)
    (name,) = (each for each in ATTACKS if each.place == AttackPlace.FILE_NAME)
    _write(world, f"{world.line_of(name)}.md", "Nothing.\n")
    (description,) = (each for each in ATTACKS if each.place == AttackPlace.DESCRIPTION)
    world.live.api("PATCH", f"projects/{world.project}", json={"description": world.line_of(description)})
    text = _text(AttackPlace.COMMENT, world.names)
    world.live.api("POST", f"change-requests/{world.names['change']}/threads", json={"text": text})


def _write(world: AttackedWorld, path: str, text: str) -> None:
    world.live.api("PUT", f"projects/{world.project}/files/{path}", content=text.encode())


def _text(place: AttackPlace, names: Mapping[str, str]) -> str:
    """Returns the text of all attacks in a place: comments, where the file is a program."""
    lines = [Template(each.line).substitute(names) for each in ATTACKS if each.place == place]
    return "".join(f"# {line}\n" for line in lines)


def _send_samples(live: LiveServer, project: str) -> None:
    terms = live.api("GET", f"projects/{project}/samples/terms", params={"days": 90})["text"]
    for label, data in sent_words():
        query = {"label": label, "days": 90, "consent": terms}
        headers = {"Content-Type": "audio/wav"}
        live.api("POST", f"projects/{project}/samples", params=query, content=data, headers=headers)


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")') if row[1] not in _USE]
    names = ", ".join(f'"{each}"' for each in columns)
    return list(database.execute(f'SELECT {names} FROM "{table}"'))
