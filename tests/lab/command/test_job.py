"""A process of `lab` that does one job: what it answers when that fails."""

from __future__ import annotations

import errno
import io
import json
from typing import Any

import pytest

from lab.command import job
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed

FULL_DISK = {"reason": "full-disk", "message": "The disk is full. Free some space, and try again."}


@pytest.mark.parametrize(
    ("error", "refused"),
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
    monkeypatch: pytest.MonkeyPatch, error: Exception, refused: dict[str, str]
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(job, "ACTIONS", {"convert": fail})
    target = io.StringIO()
    job.main(io.StringIO('{"action": "convert"}\n'), target)
    assert json.loads(target.getvalue()) == {"refused": refused}
