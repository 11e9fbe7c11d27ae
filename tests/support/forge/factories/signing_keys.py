"""A public key that an organisation adds."""

from __future__ import annotations

SIGNING_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
"""A public key of Ed25519."""
