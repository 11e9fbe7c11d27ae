"""The compiler's process, for real: its answers, its limits, and that it never outlives what it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildKilled, OutOfTime
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.compute.pool.usage import _tree
from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.workdir import claim_workdir, remove_leftovers
from rune.compiler.building.spec import BuildSpec, SpecOptions
from rune.project.files import DEFAULT_FILE_LIMIT
from tests.support.patience import PATIENCE
from tests.support.runes.sound_runes import always, graph_of

REPOSITORY = Path(__file__).resolve().parents[3]
RUNEFILE = (
    "version: 1\nimage: runicos/base\npipeline:\n  number:\n    capability: RAW\n    outputs:\n      - type: F32\n"
    "        dimensions: [1, 1]\n  out:\n    out: SERIAL\n    inputs:\n      - number\n"
)


OWNER = uuid4()


def job(**changes: Any) -> dict[str, Any]:
    return {
        "op": "make",
        "spec": BuildSpec("sha256:0", TOOLCHAIN, "wasm32", SpecOptions("a")).to_json(),
        "steps": ["check", "compile"],
    } | changes


def files_of(runefile: str = RUNEFILE) -> dict[str, JobFile]:
    return {"Runefile.yml": JobFile("sha256:0", text=runefile)}


def run(compiler: Compiler, request: dict[str, Any], runefile: str = RUNEFILE, **more: Any) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    options: dict[str, Any] = {"owner": OWNER, "files": files_of(runefile), "limit": 30} | more
    compiler.run(request, lambda answer: answers.append(dict(answer)), **options)
    return answers


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_a_file_that_is_too_large_is_named_and_not_cut(compiler: Compiler, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(DEFAULT_FILE_LIMIT + 1)
    text = RUNEFILE + "resources:\n  WORDS:\n    path: ./words.txt\n    type: string\n"
    with large.open("rb") as file:
        files = files_of(text) | {"words.txt": JobFile("sha256:1", descriptor=file.fileno())}
        answers = run(compiler, job(), files=files)
    (problem,) = (each for each in answers[0]["diagnostics"] if "more than the limit" in each["message"])
    assert problem["code"] == "RUNE0020"


@pytest.mark.slow
def test_a_build_answers_step_by_step(compiler: Compiler, tmp_path: Path) -> None:
    answers = run(compiler, job(steps=["check", "compile", "verify", "measure"]))
    assert [answer["event"] for answer in answers] == [
        "checked",
        "step",
        "step",
        "built",
        "verified",
        "measured",
    ]
    assert [node["name"] for node in answers[0]["outline"]["nodes"]] == ["number", "out"]
    rune = compiler.output.read_bytes()
    assert answers[3]["report"]["rune"]["size"] == len(rune)


def test_the_process_stays_warm_and_the_same_files_give_the_same_bytes(compiler: Compiler, tmp_path: Path) -> None:
    digests, processes = set(), set()
    for _ in range(2):
        (build,) = (answer for answer in run(compiler, job()) if answer["event"] == "built")
        digests.add(build["report"]["rune"]["digest"])
        processes.add(compiler.pid)
    assert len(digests) == 1
    assert len(processes) == 1
    assert compiler.memory > 0


@pytest.mark.slow
@pytest.mark.protects("compiling/leftovers")
def test_a_process_is_never_shared_between_organisations(tmp_path: Path) -> None:
    with Compiler(tmp_path / "work") as compiler:
        pids = []
        for owner in (OWNER, OWNER, uuid4(), OWNER):
            run(compiler, job(steps=["check"]), owner=owner)
            pids.append(compiler.pid)
    assert pids[0] == pids[1]
    assert len(set(pids)) == 3, "who comes back gets none of an other's either"


def test_a_broken_runefile_ends_with_its_diagnostics(compiler: Compiler, tmp_path: Path) -> None:
    check, failure = run(compiler, job(), "version: 1\npipeline:\n  a:\n    out: SERIAL\n    inputs: [gone]\n")
    assert (check["event"], check["broken"], failure["event"]) == ("checked", True, "failed")
    assert check["diagnostics"] == failure["diagnostics"]
    assert any(one["severity"] == "error" for one in check["diagnostics"])


def test_a_spec_of_another_toolchain_is_not_built_under_its_name(compiler: Compiler, tmp_path: Path) -> None:
    """The server's sources were replaced while it ran: a process that starts then is another toolchain."""
    request = job()
    request["spec"]["toolchain"] = "sha256:another"
    (answer,) = run(compiler, request)
    assert answer["event"] == "failed"
    assert "Restart it" in answer["error"]
    assert not compiler.output.read_bytes()


def test_only_the_steps_that_are_asked_for_are_done(compiler: Compiler, tmp_path: Path) -> None:
    run(compiler, job())
    rune_file = tmp_path / "made.rune"
    rune_file.write_bytes(compiler.output.read_bytes())
    with rune_file.open("rb") as file:
        answers = run(compiler, job(steps=["measure"]), rune=JobFile("sha256:1", descriptor=file.fileno()))
    assert [answer["event"] for answer in answers] == ["measured"]


def test_a_rune_of_sounds_is_tried_on_silence_noise_and_tones_when_it_is_measured(
    compiler: Compiler, tmp_path: Path
) -> None:
    rune_file = tmp_path / "made.rune"
    rune_file.write_bytes(always([181, 74], graph_of(["hammer", "knock"])))
    with rune_file.open("rb") as file:
        answers = run(compiler, job(steps=["measure"]), rune=JobFile("sha256:1", descriptor=file.fileno()))
    assert [answer["event"] for answer in answers] == ["tried", "measured"]
    background = answers[0]["background"]
    assert (background["sounds"], background["called"][0]) == (
        60,
        {"sound": "silence", "label": "hammer", "share": 0.71},
    )


@pytest.mark.parametrize(
    "runefile", ["", "\0", "- 1\n- 2", "a: &a [*a]", "pipeline: {x: !!python/object:os.system {}}"]
)
def test_any_text_ends_in_an_answer(compiler: Compiler, tmp_path: Path, runefile: str) -> None:
    answers = run(compiler, job(), runefile)
    assert [answer["event"] for answer in answers] == ["checked", "failed"]
    assert any(one["severity"] == "error" for one in answers[-1]["diagnostics"])


@pytest.mark.protects("compiling/exploited-process")
def test_a_file_outside_of_the_job_is_not_read(compiler: Compiler, tmp_path: Path) -> None:
    stage = (
        "  a:\n    model: /etc/passwd\n    inputs: [number]\n    outputs:\n      - type: F32\n        dimensions: [1]\n"
    )
    answers = run(compiler, job(), RUNEFILE + stage)
    assert any(one["severity"] == "error" for one in answers[-1]["diagnostics"])
    assert "root:" not in str(answers)


@pytest.mark.slow
def test_a_killed_process_is_said_and_the_next_job_has_a_new_one(tmp_path: Path) -> None:
    with Compiler(tmp_path / "work") as compiler:
        compiler.start()
        pid = compiler.pid
        assert pid is not None

        def kill(answer: Any) -> None:
            os.kill(pid, signal.SIGKILL)

        with pytest.raises(ChildKilled, match="SIGKILL"):
            compiler.run(job(), kill, owner=OWNER, files=files_of(), limit=30)
        assert not compiler.alive
        assert run(compiler, job())[-1]["event"] == "built"
        assert compiler.pid != pid


@pytest.mark.slow
@pytest.mark.protects("compiling/resources")
def test_a_job_out_of_time_is_ended_with_all_it_started(tmp_path: Path) -> None:
    with Compiler(tmp_path / "work") as compiler:
        compiler.start()
        pid = compiler.pid
        assert pid is not None
        events: list[Any] = []
        with pytest.raises(OutOfTime):
            compiler.run(job(), events.append, owner=OWNER, limit=-61)
        assert not is_running(pid)
        assert list((tmp_path / "work").iterdir()) == []


def test_what_a_tick_raises_ends_the_process(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def tick() -> None:
        raise Enough

    with Compiler(tmp_path / "work") as compiler:
        with pytest.raises(Enough):
            compiler.run(job(), lambda answer: None, owner=OWNER, limit=30, tick=tick)
        assert not compiler.alive


@pytest.mark.proof
@pytest.mark.protects("compiling/dying-children")
def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from forge.compute.pool.compiler import Compiler\n"
        "c = Compiler(Path(sys.argv[1])); c.start(); print(c.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "forge.settings", "DATA_DIR": str(tmp_path / "data")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not is_running(child) or is_zombie(child))


@pytest.mark.proof
@pytest.mark.protects("availability/long-builds")
def test_a_suspended_job_computes_nothing_and_its_time_does_not_count(tmp_path: Path) -> None:
    states: list[set[str]] = []
    with Compiler(tmp_path / "work") as compiler:
        run(compiler, job())
        pid = compiler.pid
        assert pid is not None

        def pace() -> ComputePace:
            if len(states) == 4:
                return ComputePace.USUAL
            states.append(states_below(pid))
            return ComputePace.SUSPENDED

        limit = 0.5
        begin = time.monotonic()
        answers = run(compiler, job(), limit=limit, pace=pace)
        assert time.monotonic() - begin > limit
        assert answers[-1]["event"] == "built"
        assert "T" not in states_below(pid)
    assert states[1:] == [{"T"}] * 3


@pytest.mark.proof
@pytest.mark.protects("availability/streams-of-questions")
def test_a_process_yields_with_all_that_it_started_and_goes_on_as_before(tmp_path: Path) -> None:
    priorities: list[str] = []
    with Compiler(tmp_path / "work") as compiler:
        paces = iter([ComputePace.YIELDING, ComputePace.SUSPENDED])

        def pace() -> ComputePace:
            assert compiler.pid is not None
            priorities.append(priority_of(compiler.pid))
            return next(paces, ComputePace.USUAL)

        run(compiler, job(), pace=pace)
        assert compiler.pid is not None
        assert priority_of(compiler.pid) == "0"
    assert priorities[:3] == ["0", "10", "10"]


def priority_of(pid: int) -> str:
    """Returns the priority of the session of a process: higher numbers get less."""
    try:
        return Path(f"/proc/{pid}/autogroup").read_text().split()[-1]
    except FileNotFoundError:
        pytest.skip("this kernel knows no priority of sessions")


@pytest.mark.proof
def test_a_process_that_still_starts_is_not_suspended(tmp_path: Path) -> None:
    """The keeper of a process that starts still attends to it, and would not see that the server has gone."""
    with Compiler(tmp_path / "work") as compiler:

        def never() -> ComputePace:
            assert compiler.pid is not None
            if states_below(compiler.pid) == {"T"}:
                assert compiler.isolation is not None
                raise StopIteration
            return ComputePace.SUSPENDED

        with pytest.raises(StopIteration):
            run(compiler, job(), pace=never)


def states_below(pid: int) -> set[str]:
    """The states, as the kernel names them, of a process and all that it started; T is suspended."""
    return {state_of(one) for one in _tree(pid)}


def state_of(pid: int) -> str:
    """The state of a process; Z for one that ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def is_zombie(pid: int) -> bool:
    """A process that ended and that nobody waits for; in a container there may be no init that does."""
    return state_of(pid) == "Z"


@pytest.mark.protects("compiling/server-secrets")
def test_the_process_sees_nothing_of_the_servers_environment(
    compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    compiler.start()
    assert b"SECRET_KEY" not in Path(f"/proc/{compiler.pid}/environ").read_bytes()


@pytest.mark.protects("compiling/resources")
def test_limits_are_set_before_a_job_is_read(compiler: Compiler) -> None:
    run(compiler, job(steps=["check"]))
    (child,) = Path(f"/proc/{compiler.pid}/task/{compiler.pid}/children").read_text().split()
    limits = Path(f"/proc/{child}/limits")
    until(lambda: "3221225472" in limits.read_text())
    assert "Max open files" in limits.read_text()


@pytest.mark.slow
def test_folders_of_a_killed_program_are_removed_and_those_of_another_that_runs_are_not(tmp_path: Path) -> None:
    claim = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from forge.compute.workdir import claim_workdir"
    script = f"{claim}; from pathlib import Path; print(claim_workdir(Path(sys.argv[1])), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        (theirs / "compiler-left").mkdir()
        mine = claim_workdir(tmp_path)
        remove_leftovers(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {theirs.name, mine.name}
        other.kill()
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]


@pytest.mark.slow
def test_a_cancelled_job_ends_before_the_next_unit_and_the_process_serves_on(compiler: Compiler) -> None:
    """The tick comes before the first answer, so the job is cancelled while it begins or runs."""
    text = RUNEFILE.replace("[1, 1]", "[1, 3]")
    answers = run(compiler, job(), text, tick=compiler.cancel)
    assert answers[-1]["event"] == "interrupted"
    assert "built" not in {answer["event"] for answer in answers}
    pid = compiler.pid
    # Between jobs there is nothing to cancel.
    compiler.cancel()
    assert run(compiler, job(), text)[-1]["event"] == "built"
    assert compiler.pid == pid
