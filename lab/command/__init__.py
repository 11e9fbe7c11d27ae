"""The sub-commands of `rune` that use converters. `rune` lists them by the name of their module."""
