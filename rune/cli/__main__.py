"""`python -m rune.cli`: the command where its script is not on the path."""

from rune.cli import main

main()
