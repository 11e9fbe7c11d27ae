"""Hooks for information about the branch that a project follows."""

from __future__ import annotations

from forge.core.hooks import Hook
from forge.projects.git.remote import SharedCommit
from forge.projects.models import Project

shared_commits: Hook[[Project, str, str], SharedCommit | None] = Hook()
"""The newest commit of an address and branch whose files a project has, where it follows that branch."""
