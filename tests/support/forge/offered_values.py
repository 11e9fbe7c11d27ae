"""The values that a page offers for a field: options, boxes, buttons, and links that narrow a list."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

_CHOICES = frozenset({"checkbox", "radio", "hidden"})
"""A hidden field is a choice where there is a form for each value."""


class _OfferReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: defaultdict[str, set[str]] = defaultdict(set)
        self._select = ""
        self._option: list[str] | None = None
        """The text of an option without a value, which is its value."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name, value = attributes.get("name") or "", attributes.get("value")
        if tag == "select":
            self._select = name
        elif tag == "option" and value is not None:
            self.values[self._select].add(value)
        elif tag == "option":
            self._option = []
        elif tag == "button" or (tag == "input" and attributes.get("type") in _CHOICES):
            self.values[name].add(value or "")
        elif tag == "a":
            for key, linked_value in parse_qsl(urlsplit(attributes.get("href") or "").query, keep_blank_values=True):
                self.values[key].add(linked_value)

    def handle_data(self, data: str) -> None:
        if self._option is not None:
            self._option.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "option" and self._option is not None:
            self.values[self._select].add("".join(self._option).strip())
            self._option = None


def offered_values(page: str, field: str) -> set[str]:
    """Returns the values that a page offers for a field; the empty one, for no choice, is none of them."""
    reader = _OfferReader()
    reader.feed(page)
    return reader.values[field] - {""}
