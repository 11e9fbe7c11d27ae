"""Writes the column of tests in the tables of docs/security: which tests prove each protection.

A test says what it proves by `@pytest.mark.protects("sign-in/stolen-session")`, on itself, its class or (as
`pytestmark`) its module; a test of the front end by a comment `// protects: sign-in/stolen-session` above it. The files
are parsed and not imported. Run by `make reference`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.setup import ROOT

PAGES: Final = Path("docs/security")
FRONT: Final = ("README.md", "outcomes.md")
"""The pages in front, which have no rows of their own."""
BEGIN: Final = "<!-- rows: `make reference` writes the tests -->"
END: Final = "<!-- end of rows -->"
LONGEST_ROW: Final = 300
"""Characters of a row's threat and protection together: one attack a row, in plain sentences."""
HEAD: Final = "| id | threat | protection | tests |\n| --- | --- | --- | --- |"

_ADDRESS = re.compile(r"^\[[^\]]+\]: ")
"""The address of a file of tests below a table, so that its rows stay short."""
_COMMENT = re.compile(r"^\s*// protects: (?P<ids>.+)$", re.MULTILINE)
_FRONT_END: Final = ("frontend/src", "frontend/scripts", "tests")


class MalformedPage(Exception):
    """A page of docs/security has a row that cannot be read."""


@dataclass(frozen=True)
class ThreatRow:
    """One threat. `id` is the page's name and the row's own, as in `sign-in/stolen-session`."""

    id: str
    threat: str
    protection: str


@dataclass
class Proofs:
    """The tests of each row: how many there are in each file."""

    by_row: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, row: str, path: str, count: int = 1) -> None:
        self.by_row.setdefault(row, Counter())[path] += count


def generated_files(root: Path = ROOT) -> dict[Path, str]:
    """Returns the text that each page should have. Raises `MalformedPage`."""
    proofs = collect_proofs(root)
    return {path: with_tests(path.read_text("utf-8"), path.stem, proofs) for path in pages(root)}


def problems(root: Path = ROOT) -> list[str]:
    """Returns what is wrong: rows without a test, tests that name no row, and pages that are not up to date."""
    proofs = collect_proofs(root)
    texts = {path: path.read_text("utf-8") for path in pages(root)}
    rows = [row for path, text in texts.items() for row in rows_of(text, path.stem)]
    ids = [row.id for row in rows]
    return [
        *(f"{each}: two rows have this id" for each, count in Counter(ids).items() if count > 1),
        *(
            f"{row.id}: {len(row.threat) + len(row.protection)} characters; a row has at most {LONGEST_ROW}"
            for row in rows
            if len(row.threat) + len(row.protection) > LONGEST_ROW
        ),
        *(f"{each}: no test proves this row" for each in ids if each not in proofs.by_row),
        *(
            f"{each}: {', '.join(sorted(files))} names it, and no page has such a row"
            for each, files in sorted(proofs.by_row.items())
            if each not in ids
        ),
        *(
            f"{path.name}: not up to date, run make reference"
            for path, text in texts.items()
            if with_tests(text, path.stem, proofs) != text
        ),
    ]


def pages(root: Path) -> list[Path]:
    """The pages with rows."""
    return sorted(path for path in (root / PAGES).glob("*.md") if path.name not in FRONT)


def rows_of(text: str, page: str) -> list[ThreatRow]:
    """Returns the rows of a page. Raises `MalformedPage`."""
    if text.count(BEGIN) != text.count(END) or BEGIN not in text:
        raise MalformedPage(f"{page}: rows are between {BEGIN} and {END}")
    rows = []
    for part in text.split(BEGIN)[1:]:
        table, _, _ = part.partition(END)
        lines = [line for line in table.strip().splitlines() if line and not _ADDRESS.match(line)]
        if "\n".join(lines[:2]) != HEAD:
            raise MalformedPage(f"{page}: a table begins with {HEAD.splitlines()[0]}")
        rows += [_row(line, page) for line in lines[2:]]
    return rows


def _row(line: str, page: str) -> ThreatRow:
    cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
    if len(cells) != 4 or not all(cells[:3]):
        raise MalformedPage(f"{page}: a row has an id, a threat, a protection and tests: {line}")
    name = cells[0].strip("`")
    if not re.fullmatch(rf"{re.escape(page)}/[a-z0-9-]+", name):
        raise MalformedPage(f"{page}: the id {name} does not begin with {page}/")
    return ThreatRow(name, cells[1], cells[2])


def with_tests(text: str, page: str, proofs: Proofs) -> str:
    """Returns the page with the column of tests. Raises `MalformedPage`."""
    files = {path for row in rows_of(text, page) for path in proofs.by_row.get(row.id, {})}
    labels = labels_of(files)

    def table(match: re.Match[str]) -> str:
        rows = rows_of(match[0], page)
        body = "\n".join(_line(row, proofs.by_row.get(row.id, {}), labels) for row in rows)
        own = sorted({path for row in rows for path in proofs.by_row.get(row.id, {})})
        addresses = "".join(f"[{labels[path]}]: ../../{path}\n" for path in own)
        return f"{BEGIN}\n\n{HEAD}\n{body}\n\n{addresses}\n{END}"

    return re.sub(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", table, text, flags=re.DOTALL)


def labels_of(paths: Iterable[str]) -> dict[str, str]:
    """Returns a short name of each file of tests: its own, or its path where two files of a page have one name."""
    names = {path: Path(path).name.split(".")[0] for path in paths}
    counts = Counter(names.values())
    return {path: name if counts[name] == 1 else f"{Path(path).parent.name}/{name}" for path, name in names.items()}


def _line(row: ThreatRow, files: Mapping[str, int], labels: Mapping[str, str]) -> str:
    tests = ", ".join(f"[{labels[path]}] ({files[path]})" for path in sorted(files))
    return f"| `{row.id}` | {row.threat} | {row.protection} | {tests} |"


def collect_proofs(root: Path) -> Proofs:
    """Returns what the tests below a folder say they prove."""
    proofs = Proofs()
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "protects" in text:
            for row in _of_python(ast.parse(text)):
                proofs.add(row, path.relative_to(root).as_posix())
    for folder in _FRONT_END:
        for pattern in ("*.test.ts", "*.test.tsx"):
            for path in sorted((root / folder).rglob(pattern)):
                for match in _COMMENT.finditer(path.read_text("utf-8")):
                    for row in match["ids"].split(","):
                        proofs.add(row.strip(), path.relative_to(root).as_posix())
    return proofs


def _of_python(module: ast.Module) -> Iterator[str]:
    """The ids that each test of a module proves, one after the other."""
    yield from _of_tests(module.body, _of_pytestmark(module.body))


def _of_tests(body: Sequence[ast.stmt], inherited_marks: tuple[str, ...]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            own = (*_of_decorators(statement.decorator_list), *_of_pytestmark(statement.body))
            yield from _of_tests(statement.body, (*inherited_marks, *own))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_"):
            yield from dict.fromkeys((*inherited_marks, *_of_decorators(statement.decorator_list)))


def _of_pytestmark(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    for statement in body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            marks = statement.value.elts if isinstance(statement.value, ast.List | ast.Tuple) else [statement.value]
            return _of_decorators(marks)
    return ()


def _of_decorators(marks: Sequence[ast.expr]) -> tuple[str, ...]:
    return tuple(
        argument.value
        for mark in marks
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "protects"
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
