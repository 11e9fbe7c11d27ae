"""The memory and the output of make prove, and the figures that make bench keeps when it did not measure them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import benchmarks.__main__ as benchmarks
from benchmarks.__main__ import page as benchmarks_page
from benchmarks.__main__ import sections_of
from tools import prove
from tools.prove import PAGE, ProofPart, ProofResult, Record, page, proof_files, read_report, rows_of


def record(share: int, *results: ProofResult) -> Record:
    return Record(ProofPart("tests/proof/test_some.py", share, 2), "state", "abc", "2026-11-20", results)


def passed(**facts: str) -> ProofResult:
    return ProofResult("test_nothing_breaks", "passed", 2.0, facts)


def test_parts_of_a_proof_are_added_up() -> None:
    text = page([record(0, passed(mutants="10", most_ms="4")), record(1, passed(mutants="5", most_ms="3"))])
    (row,) = rows_of(text)["tests/proof/test_some.py"]
    assert row.endswith("| nothing breaks | proved | abc on 2026-11-20 (2 of 2 parts) | 4 | mutants 15; most_ms 4 |")


def test_one_part_that_failed_is_not_hidden_by_those_that_passed() -> None:
    text = page([record(0, passed()), record(1, ProofResult("test_nothing_breaks", "failed", 1.0, {}, "mutant 7"))])
    assert "**failed**: mutant 7" in text


def test_what_did_not_run_is_run_again_and_what_passed_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prove, "STATE", tmp_path)
    monkeypatch.setattr(prove, "write_page", lambda: None)
    part = ProofPart("tests/proof/test_some.py", 0, 1)
    runs: list[str] = []

    def run(part: ProofPart, state: str, commit: str) -> Record:
        outcome = outcomes[min(len(runs), 2)]
        runs.append(state)
        return Record(part, state, commit, "2026-11-20", (ProofResult("test_it", outcome, 1.0, {}),))

    monkeypatch.setattr(prove, "run", run)
    outcomes = ["not run", "failed", "passed", "passed"]
    assert [prove.prove_part(part, "state", "abc") for _ in outcomes] == [True, False, True, True]
    assert len(runs) == 3, "the third run passed, so the fourth is not needed"
    prove.prove_part(part, "another state", "abd")
    assert runs[-1] == "another state"


def test_files_of_one_name_in_several_folders_have_records_of_their_own() -> None:
    files = ["tests/proof/concurrency/test_no_build_lost.py", "tests/foreign/builds/test_no_build_lost.py"]
    assert len({ProofPart(file, share, 2).record for file in files for share in range(2)}) == 4


def test_a_report_of_pytest_is_read_with_what_tests_recorded(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="test_a" time="1.5"><properties><property name="mutants" value="3"/>'
        '</properties></testcase><testcase name="test_b" time="0"><skipped message="no test data here"/></testcase>'
        '<testcase name="test_c" time="2"><failure message="first line&#10;second"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert list(read_report(report)) == [
        ProofResult("test_a", "passed", 1.5, {"mutants": "3"}),
        ProofResult("test_b", "not run", 0.0, {}, "no test data here"),
        ProofResult("test_c", "failed", 2.0, {}, "first line"),
    ]


def test_figures_that_were_not_asked_for_stay_on_the_page() -> None:
    sections = {"First and second start": "10 s\n\n| a | b |", "A run in the browser": "70 µs"}
    assert sections_of(benchmarks_page(sections)) == sections


def test_proofs_that_ran_on_another_machine_stay_on_the_page() -> None:
    other_proof = "tests/proof/any_input/test_any_calls.py"
    row = f"| {other_proof} | any calls end | proved | abc on 2026-11-19 | 9 |  |"
    before = f"# Proofs\n\n{row}\n{row.replace('any_calls', 'that_is_gone')}\n"
    text = page([record(0, passed())], before)
    assert rows_of(text)[other_proof] == [row]
    assert "1 of 2 parts" in text
    assert "that_is_gone" not in text


def test_each_file_of_proofs_has_a_record_or_is_listed_as_not_run() -> None:
    files, text = proof_files(), PAGE.read_text("utf-8")
    assert "tests/proof/any_input/test_any_calls.py" in files
    missing = [file for file in files if f"\n| {file} | " not in text]
    assert missing == [], "python -m tools.prove --page"


def test_a_file_that_never_ran_is_listed_with_the_reason() -> None:
    files = ["tests/proof/test_some.py", "tests/proof/any_input/test_any_calls.py"]
    text = page([record(0, passed())], "", files)
    assert (
        "| tests/proof/any_input/test_any_calls.py | Written, or marked as a proof, after the proofs were run last. |"
        in text
    )
    assert "| tests/proof/test_some.py | Written" not in text


def test_a_figure_that_fails_keeps_no_other_from_being_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise KeyError("p50")

    page = tmp_path / "benchmarks.md"
    monkeypatch.setattr(benchmarks, "PAGE", page)
    monkeypatch.setattr(benchmarks, "FIGURES", {"server.start": "Broken", "server.registry": "Sound"})
    modules = {
        "server.start": SimpleNamespace(measure=fail),
        "server.registry": SimpleNamespace(measure=lambda: "42 s"),
    }
    monkeypatch.setattr(benchmarks, "import_module", lambda name: modules[name.removeprefix("benchmarks.")])
    assert benchmarks.main([]) == 1
    assert sections_of(page.read_text("utf-8")).keys() == {"Sound"}
    assert "KeyError: 'p50'" in capsys.readouterr().err
