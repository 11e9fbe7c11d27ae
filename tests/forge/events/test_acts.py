"""What finds the acts that tell must not miss one: tried on code that is made up."""

from __future__ import annotations

import pytest

from tests.forge.events.acts import acts

LOG = {"forge.core.events": "def append_event(stream, event): ..."}


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (
            {"forge.a.actions": "from forge.core.events import append_event\ndef act(): append_event('a', E())"},
            {"forge.a.actions.act"},
        ),
        (
            {
                "forge.a.actions": (
                    "from forge.core.events import append_event\n"
                    "def act(): _deep()\ndef _deep(): append_event('a', E())\ndef silent(): ..."
                )
            },
            {"forge.a.actions.act"},
        ),
        (
            {
                "forge.a.actions": "from forge.a.actions.one import act",
                "forge.a.actions.one": "from forge.core import events\ndef act(): events.append_event('a', E())",
                "forge.b.actions": "from forge.a import actions\ndef more(): actions.act()",
                "forge.b.actions.two": "from forge.a.actions import act\ndef also(): return partial(act, 1)",
                "forge.b.api": "from forge.a.actions import act\ndef view(): act()",
            },
            {"forge.a.actions.one.act", "forge.b.actions.more", "forge.b.actions.two.also"},
        ),
        (
            {
                "forge.a.leases": (
                    "from forge.core.events import append_event\n"
                    "class Recorder:\n    def save(self): append_event('a', E())\n"
                    "def refresh(): Recorder()\n"
                )
            },
            {"forge.a.leases.refresh"},
        ),
    ],
    ids=["itself", "by a private function", "by what another module defines", "by a class, in a machine's module"],
)
def test_an_act_that_tells_is_found(texts: dict[str, str], found: set[str]) -> None:
    assert acts(LOG | texts) == found
