"""A project's files to a rune and its report: check, compile, pack.

It runs nothing of what it built, and knows no database and no network.
Import from its modules: who names what is built (`spec`) or reads a `report` does not load the compiler.
"""
