"""The language service's answers over REST, as types for the API's description.

The server itself never loads them: they bring the language service with them, which runs in a process of its own.
"""

from __future__ import annotations

from typing import TypedDict

from rune.editing.language.service import AnswerJson


class LanguageAnswerJson(TypedDict):
    """An answer, of a shape for each `ask`: docs/reference/language.md."""

    answer: AnswerJson


class LanguageReasonJson(TypedDict):
    """The reason why there is no answer: the error's name, and a sentence."""

    name: str
    message: str


class LanguageErrorJson(TypedDict):
    """A request that could not be answered."""

    error: LanguageReasonJson


LanguageJson = LanguageAnswerJson | LanguageErrorJson
