"""Forge, the web app: projects, live editing, builds, the registry and reviews.

The rules of Runefiles, models and runes are not here: they are the toolchain's (`rune`), which knows nothing of Forge.
"""
