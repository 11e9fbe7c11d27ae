"""The daemon's end of the socket: a line of JSON is asked, a line of JSON answers."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hmrd.protocol.local import LARGEST_REQUEST, LocalAnswer, LocalRequest, line_of
from hmrd.protocol.reading import BadMessage, parsed

_SECONDS: Final = 60.0


class ControlServer:
    """Answers at a socket until it is closed."""

    def __init__(self, path: Path, answer: Callable[[LocalRequest], LocalAnswer]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            timeout = _SECONDS

            def handle(self) -> None:
                try:
                    line = self.rfile.readline(LARGEST_REQUEST + 1)
                    reply = answer(LocalRequest.from_json(parsed(line, LARGEST_REQUEST)))
                except BadMessage as error:
                    reply = LocalAnswer(error=str(error))
                except OSError:
                    return
                try:
                    self.wfile.write(line_of(reply))
                except OSError:
                    return  # Who asked went away.

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
