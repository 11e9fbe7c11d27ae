"""What commands that build a project do with its `forge.yml`."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from rune.cli.printing import print_json
from rune.cli.project import show_diagnostics
from rune.files import ProjectFiles
from rune.policy import POLICY_FILE, LimitKind, Policy, check_policy
from rune.runefile import diagnostic_to_json

_PLANNED = (LimitKind.SIZE, LimitKind.MEMORY)


def require_policy(files: ProjectFiles, *, is_json: bool = False) -> Policy:
    """The project's policy, an empty one without the file. Ends the command where it has errors, and says which."""
    checked = check_policy(files)
    if is_json and checked.has_errors:
        print_json({"diagnostics": [diagnostic_to_json(each) for each in checked.diagnostics]})
    elif not is_json:
        show_diagnostics(checked.diagnostics, files)
    if checked.has_errors:
        if not is_json:
            click.echo(f"Error: {POLICY_FILE} cannot be read", err=True)
        sys.exit(1)
    return checked.policy or Policy()


def planned(policy: Policy) -> Policy:
    """With the limits alone that a build can tell without running anything."""
    return replace(policy, limits=tuple(each for each in policy.limits if each.kind in _PLANNED))
