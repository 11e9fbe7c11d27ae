"""The program without limits on requests: a fuzzer asks thousands of times a minute, signed in and not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> None:
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from forge.core.api.throttles import PersonThrottle

    PersonThrottle.THROTTLE_RATES = {"person": "1000000/min", "visitor": "1000000/min"}
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
