"""A Git server as anyone runs one: Git's own `http-backend` behind a server of HTTP, for tests."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers.listening import QuietHandler, http_server

TOKEN = "let-me-in"


@contextmanager
def git_server(root: Path, elsewhere: str = "") -> Iterator[str]:
    """Serves the bare repositories below a folder; below `/private/` for the token alone; `/moved/` leads `elsewhere`.

    Answers its origin.
    """

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            if path.startswith("/moved/"):
                self.send_response(302)
                self.send_header("Location", f"{elsewhere}/{self.path.removeprefix('/moved/')}")
                self.end_headers()
                return
            expected = "Basic " + base64.b64encode(f"git:{TOKEN}".encode()).decode()
            if path.startswith("/private/") and self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            body = self.body()
            environment = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "git",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            output = subprocess.run(
                ["git", "http-backend"], input=body, capture_output=True, env=environment, check=True
            ).stdout
            head, _, answer = output.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.respond(int(fields.pop("Status", "200").split()[0]), answer, fields)

    with http_server(Handler) as origin:
        yield origin


def bare(root: Path, name: str, files: dict[str, bytes] | None = None, branch: str = "main") -> Path:
    """A bare repository, with one commit of these files."""
    path = root / name
    _git(root, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(path))
    _git(path, "config", "http.receivepack", "true")
    if files:
        work = root / f"{path.stem}-work"
        _git(root, "clone", "--quiet", str(path), str(work))
        for file, data in files.items():
            (work / file).parent.mkdir(parents=True, exist_ok=True)
            (work / file).write_bytes(data)
        commit(work, "First")
        _git(work, "push", "--quiet", "origin", f"HEAD:{branch}")
    return path


def commit(work: Path, message: str) -> None:
    """Commits all that lies in a working copy."""
    _git(work, "add", "--all")
    _git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", message)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@contextmanager
def hostile_server(pack: bytes) -> Iterator[str]:
    """Says that it has a branch, and sends this as its pack, whatever it is asked. Answers its origin."""
    name = b"1" * 40
    advertisement = b"".join(
        [
            _line(b"# service=git-upload-pack\n"),
            b"0000",
            _line(name + b" HEAD\0shallow\n"),
            _line(name + b" refs/heads/main\n"),
            b"0000",
        ]
    )
    response = _line(b"shallow " + name) + b"0000" + _line(b"NAK\n") + pack

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self._answer("application/x-git-upload-pack-advertisement", advertisement)

        def do_POST(self) -> None:
            self.body()
            self._answer("application/x-git-upload-pack-result", response)

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with http_server(Handler) as origin:
        yield origin


def swelling_pack(size: int, times: int) -> bytes:
    """A pack of some kilobytes: zeros, and what has them `times` over."""
    base = zlib.compress(bytes(size), 9)
    first = _entry(3, size) + base
    copy = b"\xf0" + size.to_bytes(3, "little")
    delta = _number(size) + _number(size * times) + copy * times
    second = _entry(6, len(delta)) + _offset(len(first)) + zlib.compress(delta, 9)
    body = b"PACK" + (2).to_bytes(4, "big") + (2).to_bytes(4, "big") + first + second
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _line(data: bytes) -> bytes:
    return f"{len(data) + 4:04x}".encode() + data


def _entry(kind: int, size: int) -> bytes:
    """The head of an object in a pack."""
    head, rest = kind << 4 | size & 15, size >> 4
    return bytes([head | (0x80 if rest else 0)]) + (_number(rest) if rest else b"")


def _number(value: int) -> bytes:
    data = b""
    while True:
        value, low = value >> 7, value & 127
        data += bytes([low | (0x80 if value else 0)])
        if not value:
            return data


def _offset(value: int) -> bytes:
    data = bytes([value & 127])
    while value := value >> 7:
        value -= 1
        data = bytes([0x80 | value & 127]) + data
    return data
