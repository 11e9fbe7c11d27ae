"""Asks the daemon of this machine at its socket, as the command does. It imports nothing of the daemon but messages."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from hmrd.protocol.local import LARGEST_ANSWER, LocalAnswer, LocalRequest, line_of
from hmrd.protocol.reading import parsed

_SECONDS: Final = 60.0


class DaemonAway(Exception):
    """No daemon answers at the socket."""


def ask(path: Path, request: LocalRequest, seconds: float = _SECONDS) -> LocalAnswer:
    """Asks the daemon. Raises `DaemonAway`, and `BadMessage` for an answer of something else."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(str(path))
            connection.sendall(line_of(request))
            with connection.makefile("rb") as stream:
                line = stream.readline(LARGEST_ANSWER + 1)
        except PermissionError:
            raise DaemonAway(f"{path} is the daemon's. Ask it as its user, or as root.") from None
        except OSError as error:
            raise DaemonAway(f"No daemon answers at {path}: {error.strerror or error}.") from None
    if not line:
        raise DaemonAway(f"The daemon at {path} ended.")
    return LocalAnswer.from_json(parsed(line, LARGEST_ANSWER))
