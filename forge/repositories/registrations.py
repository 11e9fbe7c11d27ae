"""The hooks that repositories registers with lower floors."""

from __future__ import annotations

from forge.jobs.kinds import register as register_kind
from forge.projects.git.hooks import shared_commits
from forge.repositories.access import shared_commit
from forge.repositories.pulls.job import PULL

register_kind(PULL)
shared_commits.register(shared_commit)
