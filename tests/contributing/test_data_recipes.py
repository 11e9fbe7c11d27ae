"""The recipes of an act, a kind of job and a table work in a copy of the project, and a forgotten place is found."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from tests.contributing.recipe import ScratchCopy, files_of, insertions_of

ACTS = "tests/forge/test_acts.py"
MATRIX = "tests/forge/web/test_permissions_matrix.py"


def _write(copy: ScratchCopy, page: str, missing_paths: Collection[str] = ()) -> None:
    """Follows a page, but for some of its places."""
    for path, text in files_of(page).items():
        if path not in missing_paths:
            copy.write(path, text)
    for insertion in insertions_of(page):
        if insertion.path not in missing_paths:
            copy.insert(insertion)


def _add(copy: ScratchCopy, page: str, path: str) -> None:
    """Adds a place that was forgotten."""
    if path in files_of(page):
        copy.write(path, files_of(page)[path])
    for insertion in insertions_of(page):
        if insertion.path == path:
            copy.insert(insertion)


def _require_failure(copy: ScratchCopy, message: str, *tests: str) -> None:
    incomplete = copy.app_tests(*tests)
    assert incomplete.returncode == 1, incomplete.stdout
    assert message in incomplete.stdout, incomplete.stdout


def _require_success(copy: ScratchCopy, *tests: str) -> None:
    result = copy.app_tests(*tests)
    assert result.returncode == 0, result.stdout


@pytest.mark.proof
def test_an_act_is_added_by_its_recipe(tmp_path: Path) -> None:
    page, copy = "add-an-act.md", ScratchCopy.whole(tmp_path)
    sentence, button = "forge/registry/tags/remarks/announcements.py", "templates/runes/rune.html"
    api, form = "forge/registry/urls.py", "forge/web/runes/version_notes.py"
    _write(copy, page, (sentence, button, api, form))
    _require_failure(copy, "forge.registry.tags.remarks.actions.remark_on_tag", ACTS, "-k", "has_an_address")
    _require_failure(copy, "tag.remark", ACTS, "-k", "has_its_words")
    for path in (sentence, api, form):
        _add(copy, page, path)
    _require_failure(copy, "remark", "tests/forge/web/test_buttons_of_forms.py")
    _add(copy, page, button)
    _require_success(copy, "tests/forge/registry/tags/test_remarks.py", "tests/forge/web/test_buttons_of_forms.py")
    _require_success(copy, ACTS, MATRIX, "tests/forge/core/preconditions", "-k", "test_acts or remark or preconditions")
    reference = copy.python("-m", "tools.reference")
    assert reference.returncode == 0, reference.stderr
    assert "tags/{tag}/remarks" in (tmp_path / "docs/reference/operations.md").read_text("utf-8")
    assert '"tags_remark"' in (tmp_path / "build/openapi.json").read_text("utf-8")


@pytest.mark.proof
def test_a_kind_of_job_is_added_by_its_recipe(tmp_path: Path) -> None:
    page, copy = "add-a-job.md", ScratchCopy.whole(tmp_path)
    registration, scenes = "forge/registry/registrations.py", "tests/forge/events/scenes/registry.py"
    registered, follows = (
        "tests/forge/jobs/test_kinds_are_registered.py",
        "tests/forge/events/test_state_follows_events.py",
    )
    _write(copy, page, (registration, scenes))
    _require_failure(copy, "weighing", registered)
    _add(copy, page, registration)
    _require_failure(copy, "weighing.actions.request_weighing", follows, "-k", "has_a_scene")
    _add(copy, page, scenes)
    _require_success(copy, "tests/forge/registry/distribution/test_weighing.py", registered)
    _require_success(copy, follows, ACTS, MATRIX, "-k", "has_a_scene or weighing or test_acts")


@pytest.mark.proof
def test_a_table_is_added_by_its_recipe(tmp_path: Path) -> None:
    page, copy = "add-a-table.md", ScratchCopy.whole(tmp_path)
    people, migrated = "tests/forge/accounts/test_grant_fields.py", "tests/forge/core/test_tables_have_migrations.py"
    _write(copy, page, (people,))
    _require_failure(copy, "Create model SupportPeriod", migrated)
    migration = copy.python("manage.py", "makemigrations", "registry", "--name", "support_periods")
    assert migration.returncode == 0, migration.stderr
    _require_failure(copy, "registry.SupportPeriod.author", people)
    _add(copy, page, people)
    owned_rows = "tests/forge/accounts/test_rows_have_owners.py"
    _require_success(copy, "tests/forge/registry/tags/test_support.py", migrated, people, owned_rows)
    model = tmp_path / "forge/registry/tags/support/models.py"
    text = model.read_text("utf-8")
    model.write_text(text.replace("Project, on_delete=models.CASCADE", "Project, on_delete=models.DO_NOTHING"), "utf-8")
    _require_failure(copy, "registry.SupportPeriod", owned_rows)
