"""Errors of a backup, in words for an operator."""

from __future__ import annotations


class BackupError(Exception):
    """A backup that cannot be taken or restored. The text says what happened and what to do."""


class DamagedBackup(BackupError):
    """The file is not what was written, or was not written by us. Nothing was replaced."""
