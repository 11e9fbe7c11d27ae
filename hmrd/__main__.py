"""Runs the command: `python -m hmrd`."""

import sys

from hmrd.command.main import main

sys.exit(main())
