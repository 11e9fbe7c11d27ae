"""A process of `lab` that does one job: what it answers when that fails."""

from __future__ import annotations

import errno
import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from lab.command import job
from lab.command.training.job import RunCommands
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from tests.support.installations.archives import zipped
from tests.support.training.motion_data import write_motion

FULL_DISK = {"reason": "full-disk", "message": "The disk is full. Free some space, and try again."}


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (
            OSError(errno.ENOENT, "No such file or directory"),
            {"reason": "broken", "message": "The file cannot be read: No such file or directory"},
        ),
        (OSError(errno.ENOSPC, "No space left on device"), FULL_DISK),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FULL_DISK),
        (CompileError("no code"), {"reason": "not-converted", "message": "The rune cannot be built: no code"}),
        (BuildFailed(()), {"reason": "not-converted", "message": "The rune cannot be built: 0 errors"}),
    ],
)
def test_an_error_that_nobody_caught_is_a_refusal_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, error: Exception, refusal: dict[str, str]
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(job, "ACTIONS", {"convert": fail})
    target = io.StringIO()
    job.main(io.StringIO('{"action": "convert"}\n'), target)
    assert json.loads(target.getvalue()) == {"refused": refusal}


def test_augmentations_are_described_in_bytes(tmp_path: Path) -> None:
    folder = write_motion(tmp_path / "motion", people=2, takes=1)
    (tmp_path / "data.zip").write_bytes(
        zipped({path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.csv"))})
    )
    request = {
        "action": "augment",
        "data": str(tmp_path / "data.zip"),
        "recipe": "motion",
        "arguments": {"window": 50, "hop": 25},
        "seed": 1,
        "start": False,
    }
    target = io.StringIO()
    job.main(io.StringIO(json.dumps(request) + "\n"), target)
    *reports, answer = (json.loads(line) for line in target.getvalue().splitlines())
    assert [each["text"] for each in reports][:2] == ["Reading the recordings", "Building the features"]
    examples = answer["result"]["examples"]
    assert [each["label"] for each in examples] == ["circle", "shake", "still"]
    for example in examples:
        assert example["shape"] == [50, 3]
        assert example["low"] < example["high"]
        levels = [b64decode(each["levels"]) for each in (example["original"], *example["draws"])]
        assert [len(each) for each in levels] == [150] * 5
        assert min(map(min, levels)) == 0
        assert max(map(max, levels)) == 255


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hop": 7}, "hop is 7; it must be a multiple of 5."),
        ({"turn": 181.0}, "turn is 181.0; it must be a number from 0.0 to 180.0 degrees."),
        ({"tilt": 1.0}, 'The recipe motion has no argument "tilt".'),
    ],
)
def test_settings_of_an_augmentation_are_refused_by_name(
    tmp_path: Path, arguments: dict[str, float], message: str
) -> None:
    folder = write_motion(tmp_path / "motion", people=2, takes=1)
    request = {"data": str(folder), "recipe": "motion", "arguments": arguments, "seed": 1, "start": False}
    target = io.StringIO()
    job.main(io.StringIO(json.dumps({"action": "augment", **request}) + "\n"), target)
    assert message in json.loads(target.getvalue().splitlines()[-1])["refused"]["message"]


def test_nothing_is_written_after_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that still counts would hold the output while the process ends, which Python aborts."""
    senders = []

    def work(_request: Any, _report: Any, send: Any, _commands: Any) -> dict[str, Any]:
        senders.append(send)
        send({"event": "early"})
        return {}

    monkeypatch.setattr(job, "COMMANDED_ACTIONS", {"train": lambda: (work, RunCommands())})
    target = io.StringIO()
    job.main(io.StringIO('{"action": "train"}\n'), target)
    senders[0]({"event": "late"})
    assert [json.loads(line) for line in target.getvalue().splitlines()] == [
        {"event": {"event": "early"}},
        {"result": {}},
    ]
