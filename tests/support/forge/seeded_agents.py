"""A draft of an agent, for pages: with changes by stage, reasons, a refusal, a build that waits, and an offer.

As a program, `python -m tests.support.forge.seeded_agents` makes it in the data folder of a server that a test starts
afterwards, in the project `acme/kitchen` of jo@acme.example. It prints the token that the agent shows.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.support.forge.agents import AgentAtWork

PERSON: Final = "jo@acme.example"
OWNER: Final = "mika@acme.example"
DRAFT_PAGE: Final = "/acme/kitchen/drafts/1"
CHANGE_PAGE: Final = "/acme/kitchen/change-requests/1"
RUNEFILE: Final = """\
version: 1
image: runicos/base

pipeline:
  scores:
    capability: RAW
    args: {length: 24}
    outputs: [{type: f32, dimensions: [6]}]
  level:
    proc-block: ./level.py
    inputs: [scores]
    args: {gain: 2.0}
  smooth:
    proc-block: ./smooth.py
    inputs: [level]
    args: {alpha: 0.5}
  answer:
    out: SERIAL
    inputs: [smooth]
"""
LEVEL: Final = '''\
"""Make every score louder."""


def level(x: f32["n"], *, gain: f32 = 1.0) -> f32["n"]:
    y = x[:]
    for i in range(len(y)):
        y[i] = x[i] * gain
    return y
'''
SMOOTH: Final = '''\
"""Average the scores, so that one loud moment is not a word."""


def smooth(x: f32["n"], *, alpha: f32 = 0.25, last: State[f32["n"]]) -> f32["n"]:
    for i in range(len(x)):
        last[i] = last[i] + alpha * (x[i] - last[i])
    return last
'''
SURE: Final = '''\
"""Make scores that are not sure nothing."""


def sure(x: f32["n"], *, least: f32 = 0.7) -> f32["n"]:
    y = x[:]
    for i in range(len(y)):
        if y[i] < least:
            y[i] = 0.0
    return y
'''
_EDITS: Final[tuple[tuple[str, list[dict[str, Any]]], ...]] = (
    (
        "A loud score no longer exceeds 1, so the last stage gets what it was made for.",
        [{"path": "level.py", "old": "x[i] * gain", "new": "min(x[i] * gain, 1.0)"}],
    ),
    (
        "It follows a word faster: 0.35 keeps more of the new scores than before.",
        [{"path": "Runefile.yml", "old": "alpha: 0.5", "new": "alpha: 0.35"}],
    ),
    (
        "Under 70 % the answer becomes nothing.",
        [
            {"path": "sure.py", "new": SURE},
            {
                "path": "Runefile.yml",
                "old": "  answer:\n    out: SERIAL\n    inputs: [smooth]\n",
                "new": "  sure:\n    proc-block: ./sure.py\n    inputs: [smooth]\n"
                "  answer:\n    out: SERIAL\n    inputs: [sure]\n",
            },
        ],
    ),
    ("The guide says what changed.", [{"path": "README.md", "old": "Hello.", "new": "Hears glass, and stays quiet."}]),
)


def write_draft(agent: AgentAtWork) -> int:
    """Has the agent write, build and offer a draft; returns its number."""
    from rune.tools.mcp.declarations import ToolRefused

    request = "Make glass better, and stay under 24 kB on the Pico."
    agent.call("read_project", paths=["Runefile.yml", "level.py", "README.md"])
    number: int = agent.call("start_draft", title="Hear glass better, in 24 kB", request=request).draft
    for reason, edits in _EDITS:
        agent.call("edit_draft", draft=number, edits=edits, reason=reason)
    try:
        agent.call("read_project", project="acme/elsewhere")
    except ToolRefused:
        pass
    else:
        raise AssertionError("it read another project")
    agent.call("build_draft", draft=number)
    message = "Three stages and the guide. A loud score no longer exceeds 1."
    agent.call("offer_draft", draft=number, title="Hear glass better, in 24 kB", message=message)
    return number


def _seed() -> None:
    """Makes the draft in the data folder that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from forge.accounts.models import Organisation, Role
    from forge.accounts.tokens.actions.tokens import create_token
    from forge.agents.actions.rights import AGENT_SCOPES, agent_of_token
    from forge.builds.actions import request_build
    from forge.projects.actions import write_file
    from forge.projects.models import Project
    from tests.support.forge.agents import AgentAtWork
    from tests.support.forge.factories.members import make_member

    setup_test_environment()
    settings.SIGNING_SECRET_FILE = Path(settings.DATA_DIR).parent / "signing-secret"
    organisation = Organisation.objects.create(name="acme", title="Acme")
    person = make_member(organisation, PERSON, "Jo Okafor", Role.DEVELOPER)
    make_member(organisation, OWNER, "Mika Kallio", Role.OWNER)
    project = Project.objects.create(organisation=organisation, name="kitchen", created_by=person)
    files = {"Runefile.yml": RUNEFILE, "level.py": LEVEL, "smooth.py": SMOOTH, "README.md": "# Kitchen\n\nHello.\n"}
    for path, text in files.items():
        write_file(person, project, path, text.encode())
    project.refresh_from_db()
    request_build(person, project)
    token, secret = create_token(person, "assistant", AGENT_SCOPES, None, [project.stream])
    agent = AgentAtWork(agent_of_token(token, "Claude"), project)
    write_draft(agent)
    agent.call("start_draft", title="Count doors", request="")
    print(secret)


if __name__ == "__main__":
    _seed()
