"""Runs the long proofs (pytest's mark `proof`) at full size and writes docs/proof.md: what ran, with which counts.

It can be stopped and started again: what passed at this very state of the code is not run again. A proof with
`@pytest.mark.proof(shares=N)` runs in N parts, told apart by FORGE_PROOF_SHARE.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tools.setup import ROOT
from tools.test import SHARED_FOLDER

PAGE = ROOT / "docs" / "proof.md"
STATE = ROOT / ".proof"
TESTS = "tests"
"""A test that is long among short ones is a proof where it stands."""
PASSED, SKIPPED, FAILED = "passed", "not run", "failed"
"""The outcomes of a test."""
NOT_RUN = "Not yet run at full size"
"""The heading above the files that have no record."""
REASON = "Written, or marked as a proof, after the proofs were run last."
NOT_CODE = (":!docs", ":!*.md")
"""Paths whose change makes no proof old."""


@dataclass(frozen=True)
class ProofPart:
    """One file of proofs, or one share of it: what is run, and kept, at once."""

    file: str
    share: int
    shares: int

    @property
    def record(self) -> Path:
        """The record, named by the whole path: files of the same name stand in several folders."""
        name = self.file.removesuffix(".py").replace("/", ".")
        return STATE / f"{name}.{self.share}-of-{self.shares}.json"


@dataclass(frozen=True)
class ProofResult:
    """The result of one test in one part. `facts` are its own records."""

    test: str
    outcome: str
    seconds: float
    facts: dict[str, str]
    reason: str = ""


@dataclass(frozen=True)
class Record:
    """A part that ran."""

    part: ProofPart
    state: str
    commit: str
    ran: str
    results: tuple[ProofResult, ...]

    @property
    def is_good(self) -> bool:
        return all(result.outcome != FAILED for result in self.results)

    @property
    def is_whole(self) -> bool:
        """Whether all of it ran and passed. What did not run, for lack of a program or of test data, proved nothing."""
        return bool(self.results) and all(result.outcome == PASSED for result in self.results)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.prove", description="Run the long proofs at full size.")
    parser.add_argument("files", nargs="*", help="files or folders of tests (all, if none is named)")
    parser.add_argument("--page", action="store_true", help="write docs/proof.md from the records; run nothing")
    options = parser.parse_args(arguments)
    STATE.mkdir(exist_ok=True)
    if options.page:
        write_page()
        return 0
    state, commit = code_state()
    parts = collect(options.files)
    with TemporaryDirectory() as shared_folder:
        # An empty database with its tables is made once for all parts.
        os.environ[SHARED_FOLDER] = shared_folder
        failures = sum(not prove_part(part, state, commit) for part in parts)
    return 1 if failures else 0


def prove_part(part: ProofPart, state: str, commit: str) -> bool:
    """Runs a part that has not passed at this state of the code, and writes its record; whether it passes."""
    last_record = read_record(part)
    name = f"{part.file} ({part.share + 1} of {part.shares})"
    if last_record and last_record.state == state and last_record.is_whole:
        print(f"==> {name}: proved already", flush=True)
        return True
    print(f"==> {name}", flush=True)
    record = run(part, state, commit)
    part.record.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    write_page()
    return record.is_good


def write_page() -> None:
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    PAGE.write_text(page(every_record(), before, proof_files()), encoding="utf-8")


def proof_files() -> list[str]:
    """The files of tests with a proof in them."""
    mark = re.compile(r"pytest\.mark\.proof\b")
    files = (path for path in (ROOT / TESTS).rglob("test_*.py") if mark.search(path.read_text("utf-8")))
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def code_state() -> tuple[str, str]:
    """Returns the digest of a state of the code, and its name for people."""
    commit = _git("rev-parse", "HEAD").strip()
    changes = _git("diff", "HEAD", "--", ".", *NOT_CODE)
    if not changes:
        return commit, commit[:10]
    return hashlib.sha256((commit + changes).encode()).hexdigest(), f"{commit[:10]} with changes"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


class _Collector:
    """A plugin of pytest that notes the files of proofs and into how many shares each is cut."""

    def __init__(self) -> None:
        self.shares: dict[str, int] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            mark = item.get_closest_marker("proof")
            if mark is not None:
                self.shares[item.nodeid.split("::")[0]] = int(mark.kwargs.get("shares", 1))


def collect(files: Sequence[str]) -> list[ProofPart]:
    """All parts, those of the shortest files first."""
    collector = _Collector()
    status = pytest.main(["--collect-only", "-qq", "-m", "proof", *(files or [TESTS])], plugins=[collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit("The proofs cannot be collected; what pytest said is above.")
    sorted_shares = sorted(collector.shares.items(), key=lambda entry: (entry[1], entry[0]))
    return [ProofPart(file, share, shares) for file, shares in sorted_shares for share in range(shares)]


def run(part: ProofPart, state: str, commit: str) -> Record:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-m", "proof", "-q", "-o", "junit_family=xunit1"]
        environment = os.environ | {"FORGE_PROOF_SHARE": f"{part.share}/{part.shares}"}
        begin = time.monotonic()
        subprocess.run([*command, f"--junitxml={report}", part.file], cwd=ROOT, env=environment, check=False)
        if report.exists():
            results = tuple(read_report(report))
        else:
            results = (ProofResult(part.file, FAILED, time.monotonic() - begin, {}, "pytest gave no report"),)
    return Record(part, state, commit, f"{datetime.now(UTC):%Y-%m-%d}", results)


def read_report(path: Path) -> Iterable[ProofResult]:
    """The results in pytest's report."""
    for case in ElementTree.parse(path).iter("testcase"):
        facts = {each.get("name", ""): each.get("value", "") for each in case.iter("property")}
        outcome, reason = PASSED, ""
        for kind, word in (("skipped", SKIPPED), ("failure", FAILED), ("error", FAILED)):
            element = case.find(kind)
            if element is not None:
                outcome, reason = word, element.get("message", "").splitlines()[0] if element.get("message") else ""
        yield ProofResult(case.get("name", ""), outcome, float(case.get("time", "0")), facts, reason)


def read_record(part: ProofPart) -> Record | None:
    if not part.record.exists():
        return None
    data = json.loads(part.record.read_text("utf-8"))
    results = tuple(ProofResult(**result) for result in data.pop("results"))
    return Record(part=ProofPart(**data.pop("part")), results=results, **data)


def every_record() -> list[Record]:
    """All that was ever proved on this machine and is still a part."""
    records = []
    for path in sorted(STATE.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        record = read_record(ProofPart(**data["part"]))
        if record is not None and (ROOT / record.part.file).exists():
            records.append(record)
    return records


def page(records: Sequence[Record], before: str = "", files: Sequence[str] = ()) -> str:
    """docs/proof.md, a line a proof. Of files that have no record on this machine it keeps the lines from before. Those
    of `files` without a record anywhere are listed at its end."""
    rows = {file: lines for file, lines in rows_of(before).items() if (ROOT / file).exists()}
    for file in dict.fromkeys(record.part.file for record in records):
        rows[file] = list(_rows(file, [record for record in records if record.part.file == file]))
    not_run = [f"| {file} | {REASON} |" for file in files if file not in rows]
    lines = [
        "# Proofs",
        "",
        "Written by `make prove`, which runs the long proofs at full size; `make test` runs a small share of each with",
        "fixed seeds. A proof can be run again exactly: the mutants and inputs are made from their numbers alone.",
        "",
        "| file | what holds | outcome | run at | seconds | counts |",
        "| --- | --- | --- | --- | ---: | --- |",
        *(row for file in sorted(rows) for row in rows[file]),
    ]
    if not_run:
        lines += ["", f"## {NOT_RUN}", "", "| file | reason |", "| --- | --- |", *not_run]
    return "\n".join(lines) + "\n"


def rows_of(text: str) -> dict[str, list[str]]:
    """The lines of a page's proofs, by the file of each."""
    rows: dict[str, list[str]] = {}
    for line in text.partition(f"\n## {NOT_RUN}\n")[0].splitlines():
        file = line.removeprefix("| ").partition(" | ")[0]
        if file.endswith(".py"):
            rows.setdefault(file, []).append(line)
    return rows


def _rows(file: str, records: Sequence[Record]) -> Iterable[str]:
    shares = records[0].part.shares
    runs = ", ".join(dict.fromkeys(f"{record.commit} on {record.ran}" for record in records))
    parts = f" ({len(records)} of {shares} parts)" if shares > 1 else ""
    for test in dict.fromkeys(result.test for record in records for result in record.results):
        results = [result for record in records for result in record.results if result.test == test]
        seconds = sum(result.seconds for result in results)
        words = test.removeprefix("test_").replace("_", " ")
        yield f"| {file} | {words} | {_outcome(results)} | {runs}{parts} | {seconds:,.0f} | {_facts(results)} |"


def _outcome(results: Sequence[ProofResult]) -> str:
    """The worst of the parts."""
    for outcome in (FAILED, SKIPPED):
        for result in results:
            if result.outcome == outcome:
                return f"**{outcome}**: {result.reason}".replace("|", "\\|")
    return "proved"


def _facts(results: Sequence[ProofResult]) -> str:
    """Returns the combined facts of the parts: numbers are added, but of a `most` the largest counts."""
    together: dict[str, str] = {}
    for result in results:
        for name, value in result.facts.items():
            before = together.get(name)
            together[name] = value if before is None else _join(name, before, value)
    return "; ".join(f"{name} {_readable(value)}" for name, value in together.items())


def _join(name: str, left: str, right: str) -> str:
    try:
        numbers = float(left), float(right)
    except ValueError:
        return left if left == right else f"{left}, {right}"
    return f"{max(numbers) if name.startswith('most') else sum(numbers):.12g}"


def _readable(value: str) -> str:
    try:
        return f"{float(value):,.12g}"
    except ValueError:
        return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
