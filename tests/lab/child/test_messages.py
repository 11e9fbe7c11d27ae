"""A line of the process of a step is a message of a kind that there is, or is refused with a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from lab.child.messages import KINDS, read_message
from lab.refusal import Reason, Refused, refused_from_json
from tests.support.api.answer_fuzzing import fuzzed, line_of
from tests.support.cases import each_case
from tests.support.shares import share_and_all

MESSAGES: Mapping[str, Mapping[str, Any]] = {
    "gaps": {"gaps": {"landlock": "the kernel has none"}},
    "ready": {"ready": True},
    "progress": {"progress": 0.5, "text": "Half done"},
    "event": {"event": {"epoch": {"epoch": 1, "loss": 0.5}, "best_epoch": 1}},
    "result": {"result": {"forms": [{"form": "int8", "output": 20.5, "layers": {"a": 1.0}}], "difference": 1e-7}},
    "refused": {"refused": {"reason": "pickle", "message": "It is a pickle."}},
    "ended": {"ended": -9},
}

pytestmark = pytest.mark.protects("models-in/converters")


def test_each_kind_has_a_message_here() -> None:
    assert MESSAGES.keys() == KINDS.keys()
    assert [read_message(line_of(message)) for message in MESSAGES.values()] == list(MESSAGES.values())


@each_case(
    "line",
    [
        b"[" * 200_000,
        b"{}",
        b'{"progress": 0.5}',
        b'{"progress": "0.5", "text": ""}',
        b'{"progress": true, "text": ""}',
        b'{"progress": 0.5, "text": "", "result": {}}',
        b'{"result": []}',
        b'{"result": {"difference": Infinity}}',
        b'{"event": "text"}',
        b'{"gaps": {"landlock": {}}}',
        b'{"refused": {"reason": "no such reason", "message": ""}}',
        b'{"refused": {"reason": [], "message": ""}}',
        b'{"refused": {"reason": "pickle"}}',
        b'{"ended": "0"}',
    ],
    ids=range(14),
)
def test_another_message_is_refused(line: bytes) -> None:
    with pytest.raises(Refused) as error:
        read_message(line)
    assert error.value.reason is Reason.CRASHED


@pytest.mark.parametrize("seeds", share_and_all(range(10_000), 20))
def test_any_line_is_of_a_kind_or_refused(seeds: Sequence[int]) -> None:
    read: Counter[str] = Counter()
    for seed in seeds:
        try:
            message = read_message(fuzzed(seed, list(MESSAGES.values())))
        except Refused:
            continue
        (kind,) = KINDS.keys() & message.keys()
        read[kind] += 1
        if kind == "refused":
            refused_from_json(message["refused"])
    assert read.keys() == KINDS.keys()
    assert len(seeds) // 10 < read.total() < len(seeds)
