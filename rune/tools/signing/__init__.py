"""Signatures of published runes: what is signed, with which keys, and how a verifier decides. Pure: no files and no
network. The server signs with it, and the command verifies and signs with it."""
