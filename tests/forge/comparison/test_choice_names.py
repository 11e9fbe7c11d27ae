"""Choices of arguments in words."""

from __future__ import annotations

from forge.comparison.choice_names import choice_name
from tests.support.cases import each_case


@each_case(
    ("value", "words"),
    [("@PixelFormat::GrayScale", "grey"), ("@New::Kind", "Kind"), ("f32", "f32"), ("a::b", "a::b"), ("", "")],
)
def test_a_choice_has_words(value: str, words: str) -> None:
    assert choice_name(value) == words
