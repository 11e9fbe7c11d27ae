"""The recipe of an event works in a copy of the project, and a forgotten place is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contributing.recipe import ScratchCopy, files_of, insertions_of


@pytest.mark.proof
def test_an_event_is_added_by_its_recipe(tmp_path: Path) -> None:
    page = "add-an-event.md"
    copy, files, insertions = ScratchCopy.whole(tmp_path), files_of(page), insertions_of(page)
    assert len(files) == 4
    for path, text in files.items():
        copy.write(path, text)
    scenes, state = "tests/forge/events/scenes/projects.py", "forge/projects/state.py"
    session = "frontend/src/studio/session/project-session.ts"
    for insertion in insertions:
        if insertion.path not in (scenes, state, session):
            copy.insert(insertion)
    has_scene = ("tests/forge/events/test_state_follows_events.py", "-k", "has_a_scene")
    follows = ("tests/forge/events/test_state_follows_events.py", "-k", "ring_bell")
    front_end = ("tests/forge/events/test_front_end_follows_events.py", "-k", "ring_bell or share")
    for place, tests, message in (
        (scenes, has_scene, "ring_bell"),
        (state, follows, "ring_bell: the bell is rung"),
        (session, front_end, '"bell": '),
    ):
        incomplete = copy.app_tests(*tests)
        assert incomplete.returncode == 1, incomplete.stdout
        assert message in incomplete.stdout
        for insertion in insertions:
            if insertion.path == place:
                copy.insert(insertion)
        reference = copy.python("-m", "tools.reference")
        assert reference.returncode == 0, reference.stderr
    for path in ("docs/reference/events.md", "build/openapi.json"):
        assert "bell.rung" in (tmp_path / path).read_text("utf-8")
    result = copy.app_tests(
        *("tests/forge/events", "tests/forge/projects/test_bell.py", "tests/forge/test_acts.py"),
        *("-k", "ring_bell or share or has_a_scene or test_bell or test_acts"),
    )
    assert result.returncode == 0, result.stdout
