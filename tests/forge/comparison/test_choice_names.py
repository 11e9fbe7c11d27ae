"""Choices of arguments in words."""

from __future__ import annotations

import pytest

from forge.comparison.choice_names import choice_name


@pytest.mark.parametrize(
    ("value", "words"),
    [("@PixelFormat::GrayScale", "grey"), ("@New::Kind", "Kind"), ("f32", "f32"), ("a::b", "a::b"), ("", "")],
)
def test_a_choice_has_words(value: str, words: str) -> None:
    assert choice_name(value) == words
