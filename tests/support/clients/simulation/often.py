"""The program with a document's updates merged after every few, so that minutes of the simulation are like weeks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
MERGE_AFTER = 12
"""Updates; in life some hundreds."""


def main() -> None:
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from forge.collab.room import room

    room.MERGE_AFTER = MERGE_AFTER
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
