"""Errors of a key, a statement or a signature."""

from __future__ import annotations


class BadKey(Exception):
    """The bytes are no key that can be used. The text is a sentence for a person."""


class BadBundle(Exception):
    """The bytes are no Sigstore bundle with one in-toto statement. The text is the end of a sentence: "it ..."."""


class SignatureRefused(Exception):
    """No signature proves what was asked. The text is a sentence for a person; `is_by_trusted_key` says whether a
    trusted key signed, and something else is wrong."""

    def __init__(self, message: str, *, is_by_trusted_key: bool = False) -> None:
        super().__init__(message)
        self.is_by_trusted_key = is_by_trusted_key
