"""`python -m rune.tools.cli`: the command where its script is not on the path."""

from rune.tools.cli import start

start()
