"""The one check of how long texts of acts are. The API reads a body by its fields, which refuse a longer text too; the
forms of pages and other code call an act with what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.fields import CharField, DictField, Field, ListField

from forge.core.errors import Invalid
from rune.wording import counted

Fields = Mapping[str, Field[Any, Any, Any, Any]]


def require_short_texts(fields: Fields, values: Mapping[str, Any]) -> None:
    """Raises `Invalid` where a value has a text that is longer than its field takes; it names each such field."""
    messages = {name: list(_messages(field, values.get(name))) for name, field in fields.items()}
    errors = {name: texts[:1] for name, texts in messages.items() if texts}
    if errors:
        raise Invalid(" ".join(texts[0] for texts in errors.values()), errors=errors)


def _messages(field: Any, value: Any) -> Iterator[str]:
    if isinstance(value, str) and isinstance(field, CharField):
        most = field.max_length
        if most is not None and len(value) > most:
            yield f"Enter at most {counted(most, 'character')}; this text has {len(value)}."
    elif isinstance(field, ListField) and isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _messages(field.child, each)
    elif isinstance(field, DictField) and isinstance(value, Mapping):
        for each in value.values():
            yield from _messages(field.child, each)
