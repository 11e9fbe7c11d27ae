"""A process of `lab` that does one job: what it answers when that fails."""

from __future__ import annotations

import errno
import io
import json
from typing import Any

import pytest

from lab.command import job


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (
            OSError(errno.ENOENT, "No such file or directory"),
            {"reason": "broken", "message": "The file cannot be read: No such file or directory"},
        ),
        (OSError(errno.ENOSPC, "No space left on device"), {"reason": "full-disk", "message": "The disk is full."}),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), {"reason": "full-disk", "message": "The disk is full."}),
    ],
)
def test_a_full_disk_is_told_apart_from_a_file_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, error: OSError, refused: dict[str, str]
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(job, "ACTIONS", {"convert": fail})
    target = io.StringIO()
    job.main(io.StringIO('{"action": "convert"}\n'), target)
    assert json.loads(target.getvalue()) == {"refused": refused}
