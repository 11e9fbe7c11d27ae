"""Both ends of the socket: a line of JSON is asked, a line of JSON answers."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hmrd.protocol.local import LARGEST_ANSWER, LARGEST_REQUEST, LocalAnswer, LocalRequest
from hmrd.protocol.reading import BadDeviceMessage, parsed

_SECONDS: Final = 60.0


class DaemonAway(Exception):
    """No daemon answers at the socket."""


class ControlServer:
    """Answers at a socket until it is closed."""

    def __init__(self, path: Path, answer: Callable[[LocalRequest], LocalAnswer]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            timeout = _SECONDS

            def handle(self) -> None:
                try:
                    line = self.rfile.readline(LARGEST_REQUEST + 1)
                    reply = answer(LocalRequest.from_json(parsed(line, LARGEST_REQUEST)))
                except BadDeviceMessage as error:
                    reply = LocalAnswer(error=str(error))
                except OSError:
                    return
                try:
                    self.wfile.write(_line(reply.to_json()))
                except OSError:
                    return  # The command closed its end.

        path.unlink(missing_ok=True)
        # The socket is its user's alone from its first moment on.
        former = os.umask(0o177)
        try:
            self._server = _Server(str(path), Handler)
        finally:
            os.umask(former)
        self._thread = threading.Thread(target=self._server.serve_forever, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answers no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


def ask(path: Path, request: LocalRequest, seconds: float = _SECONDS) -> LocalAnswer:
    """Asks the daemon. Raises `DaemonAway`, and `BadDeviceMessage` for an answer of something else."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(str(path))
            connection.sendall(_line(request.to_json()))
            with connection.makefile("rb") as stream:
                line = stream.readline(LARGEST_ANSWER + 1)
        except PermissionError:
            raise DaemonAway(f"{path} is the daemon's. Run this command as its user, or as root.") from None
        except OSError as error:
            raise DaemonAway(f"No daemon answers at {path}: {error.strerror or error}.") from None
    if not line:
        raise DaemonAway(f"The daemon at {path} ended.")
    return LocalAnswer.from_json(parsed(line, LARGEST_ANSWER))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
