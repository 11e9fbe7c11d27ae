"""Says which project a command is about, and the client for its data."""

from __future__ import annotations

from pathlib import Path

import click

from rune.project.files import FolderFiles
from rune.source.policy.read import POLICY_FILE, check_policy
from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import (
    CredentialStore,
    DataClient,
    ReferenceInvalid,
    RemoteDataVersion,
    parse_reference,
    registry_url,
)


def server_options(function: click.decorators.FC) -> click.decorators.FC:
    """Adds the options that say which server has the project."""
    function = click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")(function)
    return click.option("--server", help="The server; by default that of the last rune login.")(function)


def chosen_version(client: DataClient, folder: Path) -> RemoteDataVersion:
    """Returns the version that the `forge.yml` of a folder names, else the newest. Ends the command for a `forge.yml`
    with an error. Raises `NotFound` and other `RemoteError`."""
    checked_policy = check_policy(FolderFiles(folder))
    if checked_policy.has_errors:
        raise CommandFailed(
            f"{POLICY_FILE} has an error: rune check shows it. Name the version to fetch with --version."
        )
    return client.version(None) if checked_policy.data is None else client.version_of(checked_policy.data)


def data_client(project: str, server: str | None, *, insecure: bool) -> DataClient:
    """Returns a client for the data of a project: `acme/kitchen`, or `http://127.0.0.1:8000/acme/kitchen`. Raises
    `RemoteError`."""
    try:
        reference = parse_reference(project)
    except ReferenceInvalid:
        raise ReferenceInvalid(f"{project!r} does not name a project: write it as organisation/name") from None
    if reference.tag or reference.digest or reference.repository.count("/") != 1:
        raise ReferenceInvalid(f"{project!r} does not name a project: write it as organisation/name")
    credentials = CredentialStore().read()
    address = server or reference.registry or credentials.usual
    if address is None:
        raise ReferenceInvalid(
            f"Name the server of {project}: run rune login first, or write the server in front: "
            f"http://127.0.0.1:8000/{project}"
        )
    address = registry_url(address, insecure=insecure)
    return DataClient(address, credentials.tokens.get(address), reference.repository)
