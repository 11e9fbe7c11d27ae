"""`rune bench`: what is measured, and how runes are compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.capabilities.raw import RAW
from rune.running.runtime import InputSource, RequestedCapability
from rune.tools.cli import main
from rune.tools.cli.running.bench import RuneTiming
from rune.tools.cli.running.input_options import InputOptions
from tests.support.runes.wat_runes import mirror, rune

NUMBERS = """\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs:
      - type: F32
        dimensions: [2]
  out:
    out: SERIAL
    inputs:
      - number
"""


def bench(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bench", *map(str, arguments)])


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.rune"
    path.write_bytes(mirror(RAW, 8, "f32[2]"))
    return path


def test_a_rune_is_measured_on_input_that_is_made_up(app: Path) -> None:
    report = json.loads(bench(app, "-n", "7", "-f", "json").stdout)
    [timing] = report["runes"]
    assert timing["runs"] == 7
    assert timing["size"] == app.stat().st_size
    assert (timing["memory"], timing["wasm_memory"]) == (None, 65_536)
    times = timing["milliseconds"]
    assert 0 < times["fastest"] <= times["median"] <= times["p95"] <= times["slowest"]


def test_input_is_made_up_and_read_once_for_all_runs(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[InputOptions] = []
    for_capabilities = InputOptions.for_capabilities

    def counted(
        inputs: InputOptions, capabilities: Sequence[RequestedCapability], notice: Callable[[str], None]
    ) -> Mapping[int, InputSource]:
        requests.append(inputs)
        return for_capabilities(inputs, capabilities, notice)

    monkeypatch.setattr(InputOptions, "for_capabilities", counted)
    assert bench(app, "-n", "9").exit_code == 0
    assert len(requests) == 1


def test_a_file_that_is_given_is_read(app: Path) -> None:
    missing = bench(app, "--raw", app.with_name("nothing"))
    assert missing.exit_code == 1
    assert 'Unable to load the "RAW" input' in missing.stderr
    app.with_name("eight").write_bytes(bytes(8))
    assert bench(app, "--raw", app.with_name("eight"), "-n", "1").exit_code == 0


def test_several_runes_are_compared_with_the_first(app: Path) -> None:
    result = bench(app, app, "-n", "3")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == lines[4] == str(app)
    assert lines[-1].endswith(f" times the time of {app}")


def test_a_slow_rune_is_measured_at_least_once(app: Path) -> None:
    report = json.loads(bench(app, "--seconds", "0.000001", "-f", "json").stdout)
    assert report["runes"][0]["runs"] == 1


def test_a_rune_that_stops_ends_the_command(tmp_path: Path) -> None:
    path = tmp_path / "bad.rune"
    path.write_bytes(rune(call="unreachable"))
    result = bench(path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Prediction failed\n\nCaused by:\n")


def test_percentiles_are_of_runs_that_happened() -> None:
    timing = RuneTiming("a", 1, 1, 1, tuple(float(value) for value in range(20, 0, -1)))
    assert (timing.median, timing.percentile(95), timing.percentile(100)) == (10.5, 19.0, 20.0)
    assert RuneTiming("a", 1, 1, 1, (3.0,)).percentile(95) == 3.0


@pytest.mark.slow
def test_the_stages_of_a_timed_rune_are_shown(tmp_path: Path) -> None:
    project = tmp_path / "app"
    project.mkdir()
    project.joinpath("Runefile.yml").write_text(NUMBERS)
    target = tmp_path / "timed.rune"
    result = CliRunner().invoke(main, ["build", str(project), "--timed", "--output", str(target)])
    assert result.exit_code == 0, result.stderr
    [timing] = json.loads(bench(target, "-n", "3", "-f", "json").stdout)["runes"]
    assert list(timing["stages"]) == ["number", "out"]
    lines = bench(target, "-n", "3").stdout.splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["number", "out"]
    assert all(line.endswith("%") for line in lines[-2:])
