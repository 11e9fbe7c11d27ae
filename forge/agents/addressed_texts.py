"""Sentences of a project's texts that address an assistant.

Agents get every text of others marked as data. People should still see which texts try to give orders. The patterns are
few and plain: what they miss is not shown, and what they show is no proof that anything followed it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel

from rune.tools.mcp.declarations import DataOfOthers

MOST_SENTENCES: Final = 5
"""Sentences of one text that are shown."""
LONGEST_SENTENCE: Final = 160
"""Characters of a sentence that are shown."""
_ASSISTANT: Final = (
    r"(?:(?:AI|LLM|coding) (?:agents?|assistants?|models?)|assistants?|LLMs?|language models?|chatbots?)"
)
_LINE: Final = r"^[ \t#*<!>/-]{0,8}"
"""The start of a line, behind the marks of a heading, a list or a comment."""
_YOU_MUST: Final = (
    r"\byou (?:must|should|have to|need to|will)\s(?:(?:now|first|always|immediately) )?(?:call|use|invoke)\s"
)
_ORDERS: Final = "publish|approve|deploy|merge|call|run|read|send|ignore|delete|discard|invite|must|should|do not|never"
_THINGS: Final = "draft|projects?|builds?|sample|run|search|comment|discussion|model|data"
PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile("".join(parts), re.IGNORECASE | re.MULTILINE)
    for name, parts in {
        "what was said before does not count": (
            r"\b(?:ignore|disregard|forget)\s(?:(?:all|any|the|your|these|of)\s){0,3}",
            r"(?:previous|prior|above|earlier|system)\s(?:instructions?|prompts?|rules|messages?|orders)\b",
        ),
        "the text plays a part of the conversation": (
            rf"{_LINE}assistant\s?:|<\|im_start\|>|\[INST\]|{_LINE}system\s?:\s?you are\b",
        ),
        "the text names who shall read it": (
            rf"{_LINE}(?:(?:note|notice|message|instructions?) (?:to|for) |dear |attention,? )",
            rf"(?:all |any |the )?(?:{_ASSISTANT}|agents?)\b",
        ),
        "the text gives agents an order": (rf"{_LINE}agents?\s?[:,]\s?(?:please |now |always |you )?(?:{_ORDERS})\b",),
        "an assistant gets an order": (rf"\b{_ASSISTANT}\s(?:must|should|shall|have to|has to|need to|are to)\b",),
        "the reader is called an assistant": (
            r"\b(?:you are|as|if you are) (?:an? |the )",
            r"(?:AI(?=[,.:;]| (?:agent|assistant|model)\b)|(?:helpful )?assistant\b|language model\b|LLM\b)",
        ),
        "the reader gets an order to use a tool": (
            _YOU_MUST,
            r"(?:the |a |your )?(?:\S{1,40} )?(?:MCP )?tools?\b(?!\s?(?:chain|bar|box|kit))",
        ),
        "the reader gets an order to call a tool of this server": (
            _YOU_MUST,
            rf"[`\"“']?(?:[a-z]{{2,20}}_(?:{_THINGS})\b|(?:publish|approve|deploy|merge|cancel)\b)",
        ),
    }.items()
}
"""The patterns of sentences that are shown, by the act of the sentence."""
_END: Final = re.compile(r"(?<=[.!?])\s|\n[ \t]*\n|\n(?=[ \t]*(?:[-*#>]|//|--|[A-Za-z]{1,12}\s?:))")
"""The end of a sentence: behind its mark, at an empty line, and before a line that begins something."""
_AROUND: Final = " \t\r\n#*>-/<!\"'“”`"


def addressed_sentences(text: str) -> tuple[str, ...]:
    """Returns the sentences of a text that address an assistant, in their order."""
    ends = [0, *(match.start() for match in _END.finditer(text)), len(text)]
    places = sorted(match.start() for pattern in PATTERNS.values() for match in pattern.finditer(text))
    starts = dict.fromkeys(bisect_right(ends, place, hi=len(ends) - 1) - 1 for place in places)
    return tuple(_short(text[ends[start] : ends[start + 1]]) for start in islice(starts, MOST_SENTENCES))


def addressed_texts(answer: BaseModel) -> dict[str, list[str]]:
    """Returns the sentences that address an assistant in the texts of an answer, by the origin of each text."""
    parts = {part.origin: list(addressed_sentences(part.text)) for part in _texts_in(answer)}
    return {origin: sentences for origin, sentences in parts.items() if sentences}


def _texts_in(value: Any) -> Iterator[DataOfOthers]:
    if isinstance(value, DataOfOthers):
        yield value
    elif isinstance(value, BaseModel):
        for _, each in value:
            yield from _texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, dict):
        yield from _texts_in(list(value.values()))


def _short(sentence: str) -> str:
    words = " ".join(sentence.strip(_AROUND).split())
    return words if len(words) <= LONGEST_SENTENCE else f"{words[: LONGEST_SENTENCE - 1]}…"
