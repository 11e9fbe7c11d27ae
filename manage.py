#!/usr/bin/env python
"""Runs Django's commands; `serve` and `link` are the ones that a person needs."""

import os
import sys

from rune.gc_paused import permanent


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    with permanent():
        import django
        from django.core.management import execute_from_command_line

        django.setup()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
