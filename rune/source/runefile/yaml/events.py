"""PyYAML's events of a text that is YAML 1.2, where PyYAML itself reads 1.1: other line breaks, and tabs between words.

Every event has the offsets of the text as it was given. What the events mean is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from yaml.error import MarkedYAMLError

_OLD_BREAKS = "\x85\u2028\u2029"
"""The characters that ended a line in YAML 1.1, and are like any other since."""
_PRIVATE = range(0xF0000, 0xFFFFE)
_TABS = re.compile(r"[ \t]*\t[ \t]*")
_NOTHING = re.compile(r"[ \t]*(?:[#\r\n\0]|\Z)")
_HEADER = re.compile(r"[|>][-+0-9]*(?P<blanks>[ \t]+)(?=[#\r\n\0])")


def events(text: str) -> Iterator[yaml.Event]:
    """The events, whose marks count from the start of `text`. Raises what PyYAML raises."""
    stand_ins = _stand_ins(text)
    if not stand_ins:
        yield from yaml.parse(text, Loader=_loader(text))
        return
    back = {ord(stand_in): old for old, stand_in in stand_ins.items()}
    try:
        for event in yaml.parse(text.translate(_codes(stand_ins)), Loader=_loader(text)):
            if isinstance(event, yaml.ScalarEvent):
                event.value = event.value.translate(back)
            yield event
    except MarkedYAMLError as error:
        for stand_in, old in back.items():
            error.problem = (error.problem or "").replace(repr(chr(stand_in)), repr(old))
        raise


def innermost_bracket(text: str, end: int) -> int:
    """Returns where the last bracket was opened that is not closed before `end`, which PyYAML could read up to."""
    brackets = [0]
    for token in yaml.scan(text.translate(_codes(_stand_ins(text))), Loader=_loader(text)):
        at: int = token.start_mark.index
        if at >= end:
            break
        if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
            brackets.append(at)
        elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
            brackets.pop()
    return brackets[-1]


def _loader(text: str) -> type[yaml.SafeLoader]:
    return _WithTabs if "\t" in text else yaml.SafeLoader


def _codes(stand_ins: Mapping[str, str]) -> dict[int, str]:
    return {ord(old): stand_in for old, stand_in in stand_ins.items()}


def _stand_ins(text: str) -> dict[str, str]:
    """A character for each old line break in the text: a private one that the text has nowhere, not even escaped."""
    present = [character for character in _OLD_BREAKS if character in text]
    if not present:
        return {}
    characters, folded_text = set(text), text.lower()
    free = (chr(code) for code in _PRIVATE if chr(code) not in characters and f"{code:x}" not in folded_text)
    return dict(zip(present, free, strict=False))


class _WithTabs(yaml.SafeLoader):
    """Takes tabs for spaces between words, before a remark and in empty lines; PyYAML stops at each of them."""

    buffer: str
    pointer: int
    flow_level: int
    allow_simple_key: bool

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        while (tabs := _TABS.match(self.buffer, self.pointer)) is not None and self._separates(tabs.end()):
            self.forward(tabs.end() - self.pointer)
            super().scan_to_next_token()

    def _separates(self, end: int) -> bool:
        """Returns whether tabs stand between things, and do not indent what follows."""
        return self.flow_level > 0 or not self.allow_simple_key or _NOTHING.match(self.buffer, end) is not None

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        tabs = _TABS.match(self.buffer, self.pointer)
        if tabs is None:
            spaces: list[str] | None = super().scan_plain_spaces(indent, start_mark)
            return spaces
        self.forward(tabs.end() - self.pointer)
        if self.peek() in "\r\n":
            return super().scan_plain_spaces(indent, start_mark)
        return [tabs[0]]

    def scan_block_scalar(self, style: str) -> yaml.ScalarToken:
        header = _HEADER.match(self.buffer, self.pointer)
        if header is not None:
            start, end = header.span("blanks")
            self.buffer = self.buffer[:start] + " " * (end - start) + self.buffer[end:]
        return super().scan_block_scalar(style)
