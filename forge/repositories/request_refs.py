"""Requests of a repository elsewhere: by which refs Git servers show a pull or merge request. Pure."""

from __future__ import annotations

import re
from typing import Final

from forge.core.errors import Invalid

FORMS: Final = ("refs/pull/{}/head", "refs/merge-requests/{}/head", "refs/pull-requests/{}/from")
"""The names of branches of GitHub, Gitea and Forgejo; of GitLab; of Bitbucket Data Center."""
LONGEST_REQUEST: Final = 60
"""Characters of a number or a ref with the spaces around it."""
_NUMBER = re.compile(r"[#!]?([1-9][0-9]{0,8})")


def request_refs(request: str) -> tuple[str, ...]:
    """The refs that may be a request, which is its number (`7`, `#7`, `!7`) or one of the refs; none for "".

    Raises `Invalid`.
    """
    request = request.strip()
    if not request:
        return ()
    match = _NUMBER.fullmatch(request)
    if match is not None:
        return tuple(form.format(match[1]) for form in FORMS)
    if number_of(request):
        return (request,)
    message = "Enter the number of a pull or merge request, such as 7, or its ref, such as refs/pull/7/head."
    raise Invalid(message, errors={"request": [message]})


def number_of(ref: str) -> str:
    """The number of the request that a ref shows; "" for another ref."""
    for form in FORMS:
        before, after = form.split("{}")
        number = ref.removeprefix(before).removesuffix(after)
        if _NUMBER.fullmatch(number) and form.format(number) == ref:
            return number
    return ""
