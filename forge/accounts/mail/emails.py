"""The emails that the server sends: a template in `templates/email/` has the subject and the text, and the HTML is
made of the same text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

_LINK = re.compile(r"https?://\S+")


def compose_email(name: str, to: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The letter of this name. Its template's first line is the subject; paragraphs are separated by empty lines, and
    one that is an address alone becomes a button."""
    text = render_to_string(f"email/{name}.txt", {**context, "public_url": settings.PUBLIC_URL})
    subject, _, body = text.strip().partition("\n")
    paragraphs = [" ".join(paragraph.split()) for paragraph in body.strip().split("\n\n")]
    html_paragraphs = [
        {"text": paragraph, "is_link": _LINK.fullmatch(paragraph) is not None} for paragraph in paragraphs
    ]
    message = EmailMultiAlternatives(subject.strip(), "\n\n".join(paragraphs) + "\n", to=[to])
    html = render_to_string("email/letter.html", {"subject": subject.strip(), "paragraphs": html_paragraphs})
    message.attach_alternative(html, "text/html")
    return message
