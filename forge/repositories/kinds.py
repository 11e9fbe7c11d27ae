"""The names of what the app registers elsewhere."""

PULL_KIND = "git-pull"
"""The kind of a pull's jobs (`forge.repositories.pulls.job`)."""
TOKEN_PURPOSE = "git token"  # noqa: S105 (what a seal is for)
