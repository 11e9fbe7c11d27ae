"""The certainty of a model in words: the same rule as in `frontend/src/look/certainty/certainty.test.ts`."""

from __future__ import annotations

import pytest

from rune.assessment.evaluation.wording import certainty


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.96, "96 %"),
        (0.544, "54 %"),
        (0.005, "1 %"),
        (0.01, "1 %"),
        (0.99, "99 %"),
        (0, "0 %"),
        (1 / 256, "under 1 %"),
        (0.9961, "over 99 %"),
        (255 / 256, "over 99 %"),
        (1, "100 %"),
    ],
)
def test_a_certainty_has_no_decimals_and_pretends_no_more_than_it_is(share: float, text: str) -> None:
    assert certainty(share) == text


def test_a_score_that_was_rounded_is_not_taken_for_exact() -> None:
    assert [certainty(share, is_rounded=True) for share in (0.0, 0.96, 1.0)] == ["under 1 %", "96 %", "over 99 %"]
