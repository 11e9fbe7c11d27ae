"""Verification: whether a rune's results match the reference interpreter's, exactly or within a tolerance for floats.

It compiles, runs and compares; it changes no rune. Proc-blocks are not judged here: they have golden vectors.
Import from its modules: who reads a `verification` does not load what runs a rune.
"""
