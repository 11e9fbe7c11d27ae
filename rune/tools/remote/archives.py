"""A project's files in a zip archive that a server sent."""

from __future__ import annotations

import io
import zipfile

from rune.project.files import FileNotInProject, MemoryFiles
from rune.tools.remote.errors import RegistryRefused
from rune.unreadable import is_folder, reason_of
from rune.wording import size_text

LARGEST_ARCHIVE = 512 * 1024 * 1024
"""Bytes of an archive, and of the files in it."""
MOST_FILES = 10_000


def files_in(archive: bytes) -> MemoryFiles:
    """Returns the files of an archive. Raises `RegistryRefused` for one that is damaged or too large, and for paths
    that lead out of the project."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as zip_file:
            members = [member for member in zip_file.infolist() if not is_folder(member)]
            if len(members) > MOST_FILES or sum(member.file_size for member in members) > LARGEST_ARCHIVE:
                raise RegistryRefused(
                    f"The archive of the files has more than {MOST_FILES:,} files or {size_text(LARGEST_ARCHIVE)}"
                )
            # A member is read up to the size that it states, and refused where its checksum is another.
            return MemoryFiles({member.filename: zip_file.read(member) for member in members})
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise RegistryRefused(f"The archive of the files cannot be read: {reason_of(error)}") from error
    except FileNotInProject as error:
        raise RegistryRefused(f"The archive has a file outside of the project: {error}") from error
