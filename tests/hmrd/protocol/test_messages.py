"""Messages of the device protocol: what one side writes, the other reads as the same."""

from __future__ import annotations

import json

import pytest

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.reports import DeviceEvent, EventKind, Phase, Report, RequestAnswer

RUNE = f"sha256:{'5e' * 32}"


def test_a_report_is_read_as_it_was_written() -> None:
    problem = DeviceProblem(ProblemName.DISK_FULL, "12 MB are free.")
    report = Report(
        sequence=2,
        agent="hmrd 0.1.0",
        board="linux-x86_64",
        phase=Phase.RUNNING,
        events=(DeviceEvent(EventKind.STARTED, 1), DeviceEvent(EventKind.REFUSED, 2, "1.5.0", RUNE, 3, problem)),
        answers=(
            RequestAnswer(1),
            RequestAnswer(2, RUNE),
            RequestAnswer(3, log="started"),
            RequestAnswer(4, "", "", problem),
        ),
    )
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_null_is_absent() -> None:
    fields = Fields({"a": None})
    assert (fields.text("a", 3, default="x"), fields.integer("a", default=4), fields.truth("a", default=True)) == (
        "x",
        4,
        True,
    )
    with pytest.raises(BadDeviceMessage, match="a of the message is not a text"):
        fields.text("a", 3)
