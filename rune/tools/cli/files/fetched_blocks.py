"""Blocks of other projects at the command line: fetches those in the lock, caches them, and checks their digests."""

from __future__ import annotations

from contextlib import ExitStack

import click

from rune.blocks.artefact import BadArtefact, read_block_manifest
from rune.blocks.mounts import NotThese, read_mounted
from rune.blocks.shared_path import SharedPath
from rune.compiler.building.block_cache import BlockCache, CachedFiles
from rune.project.files import ProjectFiles
from rune.source.runefile.blocks.lock import read_lock
from rune.tools.remote import (
    CredentialStore,
    PulledBlock,
    ReferenceInvalid,
    Registry,
    RemoteError,
    registry_url,
)


def with_fetched_blocks(files: ProjectFiles) -> ProjectFiles:
    """A project's files with the blocks in its lock, fetched where the cache lacks them. A block that cannot be fetched
    is reported on standard error; the check then says where it is missing."""
    lock = read_lock(files)
    if not lock.digests:
        return files
    cache = BlockCache()
    cached_files = CachedFiles(files, cache)
    missing = {path: digest for path, digest in lock.digests.items() if not _is_here(cached_files, digest)}
    if missing:
        _fetch_all(missing, cache)
    return cached_files


def registry_for(registry: str | None, *, insecure: bool = False) -> tuple[str, str | None]:
    """The address of a registry, by default that of the last sign-in, and its token. Raises `RemoteError`."""
    credentials = CredentialStore().read()
    address = registry or credentials.usual
    if address is None:
        raise ReferenceInvalid("Name the registry: run rune login first, or use --registry.")
    address = registry_url(address, insecure=insecure)
    return address, credentials.tokens.get(address)


def keep(cache: BlockCache, pulled_block: PulledBlock) -> None:
    """Puts a block into the cache. Raises `OSError`."""
    cache.put(pulled_block.manifest)
    cache.put(pulled_block.source)


def _fetch_all(missing: dict[SharedPath, str], cache: BlockCache) -> None:
    with ExitStack() as stack:
        try:
            address, token = registry_for(None)
            remote = stack.enter_context(Registry(address, token))
        except RemoteError as error:
            _warn(f"{', '.join(map(str, missing))} cannot be fetched: {error}")
            return
        for path, digest in missing.items():
            try:
                pulled_block = remote.block(path, digest)
                keep(cache, pulled_block)
                click.echo(f"Fetched {path}", err=True)
                for warning in pulled_block.warnings:
                    _warn(warning)
            except (RemoteError, OSError) as error:
                _warn(f"{path} cannot be fetched: {error}")


def _is_here(files: ProjectFiles, digest: str) -> bool:
    try:
        manifest = read_mounted(files, digest)
        return manifest is not None and read_mounted(files, read_block_manifest(manifest).source) is not None
    except (NotThese, BadArtefact):
        return False


def _warn(text: str) -> None:
    click.secho(f"warning: {text}", fg="yellow", err=True)
