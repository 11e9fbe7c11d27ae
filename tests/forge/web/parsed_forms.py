"""The forms of a page, as a browser would send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXT = ("text", "number", "email", "url", "search", "date", "textarea")


@dataclass
class Control:
    """A field of a form. `chosen` are the values that it sends as it is, `offered` those that can be chosen."""

    name: str
    kind: str
    chosen: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """A form, and its buttons with a name."""

    action: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def choices(self) -> Mapping[str, Control]:
        """The fields in which something is chosen: lists, boxes and radio buttons."""
        return {name: each for name, each in self.controls.items() if each.kind in ("select", "checkbox", "radio")}

    @property
    def texts(self) -> Sequence[str]:
        """The names of the fields in which something is typed."""
        return [name for name, each in self.controls.items() if each.kind in _TEXT]

    @property
    def key(self) -> tuple[str, ...]:
        """The address and fields that no other form on a page has, unless there is one in each row of a list."""
        return self.action, *sorted(self.controls)


def forms_of(page: str) -> list[PageForm]:
    """The forms of a page that are posted."""
    parser = _FormParser()
    parser.feed(page)
    return parser.forms


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._control: Control | None = None
        self._option: tuple[str | None, bool] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            self._form = PageForm(values.get("action", ""))
            if values.get("method") == "post":
                self.forms.append(self._form)
        if self._form is None or "form" in values:
            return
        if tag == "input" and name:
            kind, value = values.get("type", "text"), values.get("value", "")
            control = self._form.controls.setdefault(name, Control(name, kind))
            if kind not in ("checkbox", "radio"):
                control.chosen.append(value)
            else:
                control.offered.append(values.get("value", "on"))
                if "checked" in values:
                    control.chosen.append(control.offered[-1])
        elif tag in ("select", "textarea") and name:
            self._control = self._form.controls.setdefault(name, Control(name, tag))
            self._text = ""
        elif tag == "option":
            self._end_option()
            self._option, self._text = (values.get("value"), "selected" in values), ""
        elif tag == "button" and name:
            self._form.buttons.append((name, values.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "option":
            self._end_option()
        elif tag in ("select", "textarea") and self._control is not None:
            self._end_option()
            if tag == "textarea":
                self._control.chosen.append(self._text)
            elif not self._control.chosen:
                self._control.chosen = self._control.offered[:1]
            self._control = None

    def _end_option(self) -> None:
        if self._option is not None and self._control is not None:
            value, is_selected = self._option
            value = " ".join(self._text.split()) if value is None else value
            self._control.offered.append(value)
            if is_selected:
                self._control.chosen.append(value)
        self._option = None
