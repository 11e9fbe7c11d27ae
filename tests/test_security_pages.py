"""Each row of docs/security has a test that proves it, and each test that names a row names one that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.reference.security_pages import (
    BEGIN,
    END,
    FRONT,
    HEAD,
    PAGES,
    MalformedPage,
    collect_proofs,
    generated_files,
    labels_of,
    pages,
    problems,
    rows_of,
)
from tools.setup import ROOT

SIGN_IN = f"""# Sign-in

{BEGIN}

{HEAD}
| `sign-in/stolen-session` | A lost browser. | The list of sessions ends it. | |
| `sign-in/guessing` | Guessing. | A limit. | |

{END}

Text after the table.
"""
PYTHON = """
import pytest

@pytest.mark.protects("sign-in/stolen-session")
def test_a_session_is_ended(): ...

@pytest.mark.django_db
@pytest.mark.protects("sign-in/stolen-session", "sign-in/guessing")
async def test_both(): ...
"""


def project(root: Path, page: str = SIGN_IN, **tests: str) -> Path:
    """Writes a project with one page and these files of tests, and returns its folder."""
    (root / PAGES).mkdir(parents=True)
    (root / PAGES / "README.md").write_text("# Security\n")
    (root / PAGES / "sign-in.md").write_text(page)
    (root / "tests").mkdir()
    for name, text in tests.items():
        (root / "tests" / f"{name}.py").write_text(text)
    return root


def up_to_date(root: Path) -> Path:
    """Writes the column of tests into the pages of a project, and returns its folder."""
    for path, text in generated_files(root).items():
        path.write_text(text)
    return root


def test_a_row_lists_the_files_of_its_tests(tmp_path: Path) -> None:
    root = up_to_date(project(tmp_path, test_sessions=PYTHON))
    text = (root / PAGES / "sign-in.md").read_text()
    assert "| `sign-in/stolen-session` | A lost browser. | The list of sessions ends it. | [test_sessions] (2)" in text
    assert "\n[test_sessions]: ../../tests/test_sessions.py\n" in text
    assert text.endswith("Text after the table.\n")
    assert problems(root) == []
    assert generated_files(root) == {root / PAGES / "sign-in.md": text}


def test_files_of_one_name_are_named_with_their_folders() -> None:
    labels = labels_of(["tests/forge/test_jobs.py", "tests/proof/test_jobs.py", "frontend/src/talk/round.test.ts"])
    assert list(labels.values()) == ["forge/test_jobs", "proof/test_jobs", "round"]


def test_a_row_without_a_test_is_refused(tmp_path: Path) -> None:
    root = up_to_date(project(tmp_path, test_sessions=PYTHON.replace(', "sign-in/guessing"', "")))
    assert problems(root) == ["sign-in/guessing: no test proves this row"]


def test_a_long_row_is_refused(tmp_path: Path) -> None:
    page = SIGN_IN.replace("A lost browser.", "x" * 200).replace("The list of sessions ends it.", "y" * 101)
    root = up_to_date(project(tmp_path, page, test_sessions=PYTHON))
    assert problems(root) == ["sign-in/stolen-session: 301 characters; a row has at most 300"]


def test_a_test_that_names_no_row_is_refused(tmp_path: Path) -> None:
    wrong = 'import pytest\n\n@pytest.mark.protects("sign-in/guesing")\ndef test_it(): ...\n'
    root = up_to_date(project(tmp_path, test_sessions=PYTHON, test_wrong=wrong))
    assert problems(root) == ["sign-in/guesing: tests/test_wrong.py names it, and no page has such a row"]


def test_a_page_that_is_not_up_to_date_is_refused(tmp_path: Path) -> None:
    root = up_to_date(project(tmp_path, test_sessions=PYTHON))
    (root / "tests" / "test_sessions.py").rename(root / "tests" / "test_moved.py")
    assert problems(root) == ["sign-in.md: not up to date, run make reference"]


def test_two_rows_with_one_id_are_refused(tmp_path: Path) -> None:
    page = SIGN_IN.replace("sign-in/guessing", "sign-in/stolen-session")
    root = up_to_date(project(tmp_path, page, test_sessions=PYTHON.replace(', "sign-in/guessing"', "")))
    assert problems(root) == ["sign-in/stolen-session: two rows have this id"]


@pytest.mark.parametrize(
    "page",
    [
        "# No table\n",
        SIGN_IN.replace(END, ""),
        SIGN_IN.replace("| id | threat", "| name | threat"),
        SIGN_IN.replace("sign-in/guessing", "mail/guessing"),
        SIGN_IN.replace("sign-in/guessing", "guessing"),
        SIGN_IN.replace("| A limit. ", "| "),
        SIGN_IN.replace("| A limit. | |", "| A limit. |"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused(tmp_path: Path, page: str) -> None:
    root = project(tmp_path, page, test_sessions=PYTHON)
    with pytest.raises(MalformedPage):
        problems(root)


def test_a_class_and_a_module_prove_a_row_with_each_of_their_tests(tmp_path: Path) -> None:
    of_class = (
        'import pytest\n\n@pytest.mark.protects("sign-in/guessing")\nclass TestIt:\n'
        "    def test_one(self): ...\n    def test_two(self): ...\n    def helper(self): ...\n"
    )
    of_module = (
        'import pytest\n\npytestmark = [pytest.mark.e2e, pytest.mark.protects("sign-in/stolen-session")]\n\n'
        "def test_one(): ...\n"
    )
    proofs = collect_proofs(project(tmp_path, test_class=of_class, test_module=of_module))
    assert proofs.by_row == {
        "sign-in/guessing": {"tests/test_class.py": 2},
        "sign-in/stolen-session": {"tests/test_module.py": 1},
    }


def test_a_comment_of_a_front_end_test_proves_rows(tmp_path: Path) -> None:
    root = project(tmp_path, test_sessions=PYTHON)
    file = root / "frontend" / "src" / "runtime" / "sessions.test.ts"
    file.parent.mkdir(parents=True)
    file.write_text('// protects: sign-in/guessing, sign-in/stolen-session\ntest("it", () => {});\n')
    proofs = collect_proofs(root).by_row
    assert proofs["sign-in/guessing"] == {"tests/test_sessions.py": 1, "frontend/src/runtime/sessions.test.ts": 1}


def test_a_marker_in_a_text_or_of_a_helper_proves_nothing(tmp_path: Path) -> None:
    text = (
        '"""`@pytest.mark.protects("sign-in/guessing")` marks a test."""\nimport pytest\n\n'
        '@pytest.mark.protects("sign-in/guessing")\ndef helper(): ...\n'
    )
    assert collect_proofs(project(tmp_path, test_text=text)).by_row == {}


@pytest.mark.slow
def test_every_threat_of_the_pages_has_a_test() -> None:
    rows = [row for path in pages(ROOT) for row in rows_of(path.read_text("utf-8"), path.stem)]
    assert len(rows) > 270
    assert problems() == []


def test_the_pages_in_front_name_rows_that_exist() -> None:
    ids = {row.id for page in pages(ROOT) for row in rows_of(page.read_text("utf-8"), page.stem)}
    names = {
        match
        for name in FRONT
        for match in re.findall(r"`([a-z-]+/[a-z-]+)`", (ROOT / PAGES / name).read_text("utf-8"))
    }
    assert names <= ids, names - ids
    assert len(names) > 20


def test_each_page_ends_with_what_is_accepted() -> None:
    """The page of the worst outcomes says so."""
    without = [path.name for path in pages(ROOT) if not re.search(r"\n## Accepted\n\n\* \*\*", path.read_text("utf-8"))]
    assert without == []
