"""`rune data`: pull a version of a project's data as a folder, push changes of it, and import data sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.datasets.label_conflicts import ConflictChoice
from rune.tools.cli.data.import_archive import ImportOptions, import_data
from rune.tools.cli.data.named_project import chosen_version, data_client, server_options
from rune.tools.cli.data.pull import pull_archive, pull_folder
from rune.tools.cli.data.push import push_folder
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.remote import NewSample

_FOLDER = "data-folder"
_PROJECT = click.argument("project")


@click.group()
def command() -> None:
    """Pull a version of a project's data as a folder, push changes of the folder, and import data sets."""


def _origin_options(function: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option(
            "--agree", "agrees", is_flag=True, help="Agree to the terms that are printed, without a question."
        ),
        click.option(
            "--days",
            type=click.IntRange(0, 730),
            default=90,
            show_default=True,
            help="How many days recordings stay; 0: until deleted.",
        ),
        click.option("--device", default="", help="The device that made the recordings."),
        click.option("--nobody", "alone", is_flag=True, help="No person was recorded, such as in sounds of a machine."),
        click.option("--group", default="", help="A pseudonym for the person who was recorded. The default is you."),
    ):
        function = option(function)
    return function


@command.command(short_help="Fetch a version as a folder or a ZIP file")
@_PROJECT
@click.option("-o", "--output", type=ANY_PATH, help="The folder, or with another layout the ZIP file, to write.")
@click.option(
    "--version", "number", type=click.IntRange(1), help="The number of the version; by default that of forge.yml."
)
@click.option("--layout", type=click.Choice(list(EXPORT_LAYOUTS)), default=_FOLDER, help="How the data is written.")
@server_options
@explained
def pull(
    project: str, output: Path | None, number: int | None, layout: str, server: str | None, insecure: bool
) -> None:
    """Fetch a version of the data of PROJECT, such as acme/kitchen, into a folder with a folder for each label.

    It is the version that `data` of the forge.yml in this folder names; without that, the newest.

    A pull that was interrupted goes on where it was. In a folder of an earlier version it fetches what is new, moves
    files whose label changed, and deletes files whose sample was deleted. Another layout is written as a ZIP file.
    """
    with data_client(project, server, insecure=insecure) as client:
        version = client.version(number) if number is not None else chosen_version(client, Path())
        name = client.project.rpartition("/")[2]
        if layout == _FOLDER:
            pull_folder(client, version, output or Path(f"{name}-data"))
        else:
            pull_archive(client, version, layout, output or Path(f"{name}-data-{version.number}-{layout}.zip"))


@command.command(short_help="Send new recordings and labels of a folder")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--project", help="Such as acme/kitchen; by default the project that the folder was pulled from.")
@_origin_options
@server_options
@explained
def push(
    folder: Path,
    project: str | None,
    group: str,
    alone: bool,
    device: str,
    days: int,
    agrees: bool,
    server: str | None,
    insecure: bool,
) -> None:
    """Send what changed in FOLDER: files that are new become samples, labelled after their folder, and samples whose
    file is in another folder get its label.

    Files that are missing change nothing: delete samples on the page Data. A push that was interrupted is repeated.
    """
    push_folder(folder, project, NewSample("", group, alone, device), days, server, agrees=agrees, insecure=insecure)


@command.command("import", short_help="Import a data set from a ZIP file or a folder")
@_PROJECT
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--label", "labels", multiple=True, help="Only recordings with this label. Can be repeated.")
@click.option("--resume", metavar="ID", help="Go on with an import that was interrupted.")
@click.option(
    "--conflicts",
    type=click.Choice([each.value for each in ConflictChoice]),
    help="For recordings with two labels: the stored one, that of the import, or neither.",
)
@click.option("--yes", "starts", is_flag=True, help="Import without asking for confirmation.")
@_origin_options
@server_options
@explained
def import_command(
    project: str,
    source: Path,
    labels: Sequence[str],
    resume: str | None,
    conflicts: str | None,
    starts: bool,
    group: str,
    alone: bool,
    device: str,
    days: int,
    agrees: bool,
    server: str | None,
    insecure: bool,
) -> None:
    """Import SOURCE, a ZIP file or a folder in any layout that imports read, into the data of PROJECT.

    It shows a preview and asks for confirmation before it imports anything. Recordings whose bytes have two labels, in
    SOURCE or in the data, need a choice. The exit status is 1 if the import fails.
    """
    choice = None if conflicts is None else ConflictChoice(conflicts)
    options = ImportOptions(labels, NewSample("", group, alone, device), days, resume, agrees, starts, choice)
    with data_client(project, server, insecure=insecure) as client:
        import_data(client, source, options)
