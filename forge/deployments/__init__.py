"""Addresses under which apps, pages and devices get a project's rune."""
