"""Template tags: the front end's entries and icons, sizes and times as people read them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from forge.core.audit.agents import on_behalf
from forge.core.errors import DomainError
from forge.core.http.frontend_build import ENTRIES, build_manifest
from forge.core.preconditions import FIELD
from forge.web.lengths import LENGTHS
from rune.assessment.evaluation.wording import percent
from rune.wording import counted, size_text

register = template.Library()


FIRST_FACES = ("sans",)
"""The faces of nearly every page: requested together with its style, so that they do not arrive after the text."""


@register.simple_tag
def entry(name: str) -> SafeString:
    """The links and the script of one entry, with the styles of everything that it imports.

    A page is shown once its own script has run: that draws pipelines, whose height nothing else knows, and what stands
    below them would move under the reader's finger.
    """
    manifest = build_manifest()
    chunk = manifest.get(ENTRIES[name])
    if chunk is None:
        return mark_safe("")
    base = settings.STATIC_URL + "build/"
    if chunk["file"].endswith(".css"):
        return _style(manifest, base, chunk["file"])
    styles, modules = _chunk_dependencies(manifest, chunk)
    links = format_html_join("", '<link rel="stylesheet" href="{}{}">', ((base, style) for style in styles))
    preloads = format_html_join("", '<link rel="modulepreload" href="{}{}">', ((base, file) for file in modules))
    blocking = mark_safe(' blocking="render"') if name == "pages" else ""
    script = '{}{}<script type="module" src="{}{}"{}></script>'
    return format_html(script, links, preloads, base, chunk["file"], blocking)


def _style(manifest: dict[str, Any], base: str, file: str) -> SafeString:
    faces = [manifest[key]["file"] for face in FIRST_FACES if (key := f"src/look/fonts/{face}.woff2") in manifest]
    preload = '<link rel="preload" href="{}{}" as="font" type="font/woff2" crossorigin>'
    preloads = format_html_join("", preload, ((base, face) for face in faces))
    return format_html('<link rel="stylesheet" href="{}{}">{}', base, file, preloads)


def _chunk_dependencies(manifest: dict[str, Any], chunk: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The styles and the modules that a chunk needs, each once, nearest first."""
    styles, files, visited_keys, pending = list(chunk.get("css", [])), [], set(), list(chunk.get("imports", []))
    while pending:
        key = pending.pop(0)
        if key in visited_keys:
            continue
        visited_keys.add(key)
        imported_chunk = manifest[key]
        styles += [style for style in imported_chunk.get("css", []) if style not in styles]
        files.append(imported_chunk["file"])
        pending += imported_chunk.get("imports", [])
    return styles, files


@register.inclusion_tag("parts/avatar.html")
def avatar(person: Any) -> dict[str, Any]:
    """A person's mark: their letters in their colour, and their name for those who point at it or listen."""
    return {"person": person}


@register.filter
def with_agent(person: Any, agent: UUID | None) -> str:
    """Returns who had something done: "Jo Okafor", or "Claude for Jo Okafor" where an agent did it for them."""
    return on_behalf(str(person or "someone who left"), agent)


@register.inclusion_tag("parts/field.html", takes_context=True)
def field(context: template.Context, name: str, label: str, value: object = "", **attributes: Any) -> dict[str, Any]:
    """A labelled text field. It shows what was typed and what was wrong with it when its form comes back.

    `attributes` may be `type`, `hint`, `autocomplete`, `placeholder`, `required`, `length`, a key of `LENGTHS`, and
    `options` to choose from where one likes.
    """
    error, form_data = context.get("error"), context.get("typed")
    kind, limit = attributes.pop("type", "text"), attributes.pop("length", None)
    if form_data and name in form_data and kind != "password":
        value = form_data[name]
    messages = error.errors.get(name, []) if isinstance(error, DomainError) else []
    return (
        {"name": name, "label": label, "value": value, "type": kind, "messages": messages}
        | attributes
        | {"maxlength": limit and LENGTHS[limit]}
    )


@register.simple_block_tag(takes_context=True)
def field_with_hint(
    context: template.Context, content: str, name: str, label: str, value: object = "", **attributes: Any
) -> SafeString:
    """A labelled text field, as `field`, whose hint stands between the tags and may take several lines."""
    hint = mark_safe(" ".join(content.split()))  # noqa: S308  # rendered already, so escaped
    return render_to_string("parts/field.html", field(context, name, label, value, hint=hint, **attributes))


@register.simple_tag(takes_context=True)
def selected(context: template.Context, name: str, value: object, usual: object = "", form: str = "") -> str:
    """Marks the option with this value where it was sent, when its form comes back; else where it is the usual one."""
    return " selected" if _is_chosen(context, name, value, usual, form) else ""


@register.simple_tag(takes_context=True)
def checked(context: template.Context, name: str, value: object, usual: object = "", form: str = "") -> str:
    """The same for a radio button and a box. A box that is not ticked is not sent: its form is known by a field `form`
    that always is. `usual` may be the usual value, several, or whether this is one."""
    return " checked" if _is_chosen(context, name, value, usual, form) else ""


def _is_chosen(context: template.Context, name: str, value: object, usual: object, form: str) -> bool:
    form_data = context.get("typed")
    if form_data and (form or name) in form_data:
        return str(value) in form_data.getlist(name)
    if isinstance(usual, bool):
        return usual
    return value in usual if isinstance(usual, Collection) and not isinstance(usual, str) else str(value) == str(usual)


_STATE_COLOURS = {"finished": "ok", "failed": "bad", "needs": "bad", "running": "info"}


@register.filter
def state_colour(state: str) -> str:
    """The colour of the tag of something that runs: "ok", "bad" or "info"; "" while it waits or was stopped."""
    return _STATE_COLOURS.get(state, "")


@register.simple_tag
def length(key: str) -> int:
    """The most characters of a field; `key` is one of `LENGTHS`."""
    return LENGTHS[key]


@register.simple_tag
def etag_field(etag: str) -> SafeString:
    """The hidden field of a form that acts on something that moves: the state that the page shows."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, etag)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Returns an icon of Lucide's, from the sprite that the front end's build makes."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}build/icons.svg#{}"></use></svg>', settings.STATIC_URL, name
    )


@register.filter
def ticked(text: str) -> SafeString:
    """A sentence of the toolchain with its `names` set as code; all of it is escaped."""
    pieces = str(text).split("`")
    if len(pieces) % 2 == 0:
        return format_html("{}", text)
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", piece) if place % 2 else piece,) for place, piece in enumerate(pieces)),
    )


_OWN_LINK = re.compile(r"\[([^\[\]]+)\]\((/(?![/\\])[^()\s]*)\)")
"""A link of Markdown to a page of this server: its words and its path."""


@register.filter
def with_own_links(text: str) -> SafeString:
    """A message as `ticked`, with its links to pages of this server. Those to other places stay text."""
    before, *rest = _OWN_LINK.split(str(text))
    links = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    links_html = format_html_join(
        "", '<a href="{}">{}</a>{}', ((path, words, ticked(after)) for words, path, after in links)
    )
    return format_html("{}{}", ticked(before), links_html)


@register.filter
def as_json(value: object) -> str:
    """A value for a script of ours, in an attribute, where it is escaped like any text."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def as_query(values: Mapping[str, str]) -> str:
    """Returns the values of a form as an address's query, without empty values."""
    return urlencode({name: value for name, value in values.items() if value})


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Returns a mapping's value for a key; None if the mapping is None."""
    return mapping.get(key)


@register.filter
def grouped(count: int) -> str:
    """A count as people read it: 2,000."""
    return f"{count:,}"


@register.filter(name="counted")
def counted_text(count: int, nouns: str) -> str:
    """A count with its noun: 1 sample, 2,000 samples. `nouns` are two with a comma between where an s is not enough."""
    one, _, many = nouns.partition(",")
    return f"{grouped(count)} {one if count == 1 else many or f'{one}s'}"


@register.filter(name="percent")
def percent_text(share: float | None) -> str:
    """A share from 0 to 1 as people read it: 92.9 %, 100 %."""
    return "" if share is None else percent(share)


@register.filter
def one_in(share: float) -> str:
    """A share between 0 and 1 that is too small for per cent: 1 in 2,400,000."""
    return f"1 in {int(float(f'{1 / share:.2g}')):,}"


@register.filter
def size(count: int | None) -> str:
    """Bytes as people read them: 812 B, 47.5 kB, 107 kB, 2.1 MB. A kilobyte has 1,000 bytes."""
    return "" if count is None else size_text(count)


_STEPS = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"), (30 * 86_400, 86_400, "day"))


@register.filter
def ago(moment: datetime | None) -> str:
    """Returns how long ago a moment was: just now, 20 minutes ago, yesterday; a date from a month on."""
    if moment is None:
        return ""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < 45:
        return "just now"
    for limit, unit, name in _STEPS:
        if seconds < limit:
            count = max(1, seconds // unit)
            if name == "day" and count == 1:
                return "yesterday"
            return f"{counted(count, name)} ago"
    return moment.strftime("%-d %B %Y")
