"""Finds what apps and their folders declare in files of a name, so that no list names them: events in
`announcements.py`, grants in `grants.py`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.apps import apps

MODULES = ("announcements.py", "grants.py")


def import_declarations() -> None:
    """Imports what the apps of this project declare; called once all models are loaded."""
    for app in apps.get_app_configs():
        if app.name.startswith("forge."):
            for file in sorted(file for name in MODULES for file in Path(app.path).rglob(name)):
                parts = file.relative_to(app.path).with_suffix("").parts
                import_module(".".join([app.name, *parts]))
