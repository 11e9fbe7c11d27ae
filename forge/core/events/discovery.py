"""Finds the `announcements.py` of all apps and of their folders, so that no list names them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.apps import apps

MODULE = "announcements.py"


def import_announcements() -> None:
    """Imports what the apps of this project declare; called once all models are loaded."""
    for app in apps.get_app_configs():
        if app.name.startswith("forge."):
            for file in sorted(Path(app.path).rglob(MODULE)):
                parts = file.relative_to(app.path).with_suffix("").parts
                import_module(".".join([app.name, *parts]))
