"""`manage.py serve`: everything in one process. Migrates if need be, prints how to sign in, serves until Ctrl-C."""

from __future__ import annotations

import gc
import os
import socket
import sys
from contextlib import closing, suppress
from functools import partial
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forge.accounts.actions import make_sign_in_link, nobody_signed_in_yet
from forge.core.http.frontend_build import build_manifest
from forge.core.processes.data_lock import DataInUse, Use, data_folder
from forge.request_limits.acceptor import Acceptor, tls_context
from forge.request_limits.capacity import capacity_for, descriptor_limit, raise_descriptors
from forge.request_limits.connection_limits import ConnectionLimiter
from forge.request_limits.protocols import LimitedWebSocketProtocol, protocol_for
from forge.serving.configuration.environment import BadEnvironment
from forge.serving.start.database import DatabaseUnusable, check_database, migrate_if_needed
from forge.serving.start.reserved_names import warn_of_reserved_names
from forge.serving.start.served_address import note_address

GRACE = 5
"""Seconds that open requests have to end after Ctrl-C."""
BACKLOG = 2048
"""Connections that wait to be taken."""


class AnnouncingServer(uvicorn.Server):
    """Accepts connections within the limits, and prints the address once it does."""

    def __init__(self, config: uvicorn.Config, limiter: ConnectionLimiter, announcement: str) -> None:
        super().__init__(config)
        self._limiter = limiter
        self._announcement = announcement
        self._acceptors: list[Acceptor] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn starts all but the taking of connections.
        await super().startup([])
        if self.started:
            environment = settings.ENVIRONMENT
            certificate, key = environment.certificate, environment.key
            context = tls_context(certificate, key) if certificate and key else None
            make = partial(
                protocol_for(self._limiter),
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            )
            self._acceptors = [Acceptor(each, make, self._limiter, context) for each in sockets or []]
            for acceptor in self._acceptors:
                acceptor.start()
            # Objects of this moment stay: to look through all of them for garbage again and again takes 0.1 s each
            # time, in which nobody sees what anyone types.
            gc.collect()
            gc.freeze()
            print(self._announcement, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for acceptor in self._acceptors:
            acceptor.stop()
        await super().shutdown(sockets)


class Command(BaseCommand):
    """Serves Forge."""

    help = "Serves Forge on HOST and PORT, with the build worker inside, until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not build_manifest():
            raise CommandError("The front end is not built yet. Build it with: make setup")
        # Files in the data folder are this person's alone, also where the folder itself is open to others.
        os.umask(0o077)
        # Threads that come back from the disk or the database wait so long at most for the one that runs (it is 5 ms
        # by default, of which a keystroke passes several).
        sys.setswitchinterval(0.0002)
        raise_descriptors()
        # Several servers on one SQLite see each other's edits late: that is for who wants it, and no accident.
        is_shared = settings.ENVIRONMENT.database is not None or settings.ENVIRONMENT.shared_data
        try:
            # The port and the folder come first: to make the tables takes seconds, and a server that cannot start
            # changes nothing.
            with (
                data_folder(settings.DATA_DIR, Use.SHARED if is_shared else Use.ALONE),
                closing(self._bind()) as listening,
            ):
                check_database()
                migrate_if_needed()
                warn_of_reserved_names()
                self._serve(listening)
        except DataInUse as error:
            raise CommandError(
                f"{error} Stop that server first, or start this one on its own data folder: DATA_DIR=... make run\n"
                "For several servers of one machine on one SQLite, set SHARED_DATA=1 for each of them."
            ) from error
        except (BadEnvironment, DatabaseUnusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Hammer Forge has stopped.")

    def _serve(self, listening: socket.socket) -> None:
        try:
            # Another server can have bound the port too, as long as it did not listen.
            listening.listen(BACKLOG)
        except OSError as error:
            raise _unusable_port(error) from error
        note_address()
        environment = settings.ENVIRONMENT
        limiter = ConnectionLimiter(capacity_for(descriptor_limit()), environment.trusted_proxies)
        config = uvicorn.Config(
            "forge.asgi:application",
            lifespan="on",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            ws=LimitedWebSocketProtocol,
            # A keystroke is some thirty bytes: to deflate each costs the server a third more and saves nobody anything.
            ws_per_message_deflate=False,
            # Without a proxy that the environment names, an address is the connection's: anyone can send a header.
            proxy_headers=bool(environment.trusted_proxies),
            forwarded_allow_ips=list(environment.trusted_proxies),
        )
        # At Ctrl-C uvicorn has stopped everything by the time that it raises.
        with suppress(KeyboardInterrupt):
            AnnouncingServer(config, limiter, self._announcement()).run(sockets=[listening])

    def _bind(self) -> socket.socket:
        """The socket, which takes no connection yet. Raises `CommandError` when another has the port."""
        host, port = settings.ENVIRONMENT.host, settings.ENVIRONMENT.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind((host, port))
        except OSError as error:
            listening.close()
            raise _unusable_port(error) from error
        return listening

    def _announcement(self) -> str:
        if nobody_signed_in_yet():
            invitation = (
                f"Open {make_sign_in_link()}\nThe link signs you in once, within 15 minutes. Another one: make link"
            )
        else:
            invitation = f"Open {settings.PUBLIC_URL}\nA link to sign in without a password: make link"
        return f"\nHammer Forge is running. Ctrl-C stops it.\n{invitation}\n"


def _unusable_port(error: OSError) -> CommandError:
    host, port = settings.ENVIRONMENT.host, settings.ENVIRONMENT.port
    return CommandError(
        f"Port {port} of {host} cannot be used: {error.strerror}. If another Hammer Forge runs, stop it first, "
        f"or choose another port: PORT={port + 1} make run"
    )
