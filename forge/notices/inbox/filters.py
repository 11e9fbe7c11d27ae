"""The lists of a person's notices: the inbox, what is unread, and what is done."""

from __future__ import annotations

from typing import Any

from django_filters import ChoiceFilter

from forge.core.http.filters import ListFilter
from forge.notices.models import NoticeQuerySet

LISTS = {"open": "Inbox", "unread": "Unread", "done": "Done"}


class _ListChoice(ChoiceFilter):
    def filter(self, qs: Any, value: str) -> NoticeQuerySet:
        notices: NoticeQuerySet = qs
        match value:
            case "unread":
                return notices.unread()
            case "done":
                return notices.exclude(done=None)
            case _:
                return notices.open()


class NoticeFilter(ListFilter):
    """The notices of a person."""

    show = _ListChoice(choices=list(LISTS.items()), help_text="the list; `open` without it")
