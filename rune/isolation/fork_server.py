"""A process that imported a module once, and forks for each process in which the module is to run: a start then costs
some hundredths of a second in place of a whole one.

`python -P -m rune.isolation.fork_server MODULE`; its standard input is a socket that keeps messages apart
(`SOCK_SEQPACKET`). Each message is one JSON object, and is answered by one:

* `{"start": {"folder", "size", "group", "arguments", "variables"}}` with the descriptors of the new process, which are
  0, 1, 2 and so on in it: `{"pid"}`, or `{"error"}` where the system refuses. The process goes on as
  `rune.isolation.launch` describes it; its variables are this one's with `variables`.
* `{"ending": PID}`: `{"ending": null}` as long as it runs, else `{"exit": STATUS}` or `{"signal": NUMBER}` in it.
* `{"release": PID}`: `{}`, of one that has ended; the process id may be another's from then on.

It reads no bytes of a user's. At the end of its input it ends, and each keeper with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from rune.gc_paused import permanent
from rune.isolation.launch import keep

LARGEST_MESSAGE = 1 << 16
"""Bytes of a message."""
DESCRIPTORS = 8
"""The largest number of a new process's descriptors."""
_ABOVE_ALL = 64
"""No descriptor has a number from here on while the new process puts its own in order."""


@dataclass(frozen=True)
class Start:
    """The order to start a process. See `rune.isolation.launch` for all but the variables."""

    folder: str
    size: int
    group: int | None
    arguments: Sequence[str]
    variables: Mapping[str, str]


def main() -> NoReturn:
    """Serves until its input ends."""
    module = sys.argv[1]
    control = _take_control()
    with permanent():
        import_module(module)
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, LARGEST_MESSAGE, DESCRIPTORS)
        if not data:
            os._exit(0)
        control.sendall(json.dumps(_answer(module, json.loads(data), descriptors)).encode())


def _take_control() -> socket.socket:
    """Takes the socket away from the standard input."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return control


def _answer(module: str, message: Mapping[str, Any], descriptors: Sequence[int]) -> dict[str, Any]:
    try:
        match message:
            case {"start": start}:
                return {"pid": _fork(module, Start(**start), descriptors)}
            case {"ending": pid}:
                return {"ending": _ending(pid)}
            case {"release": pid}:
                os.waitpid(pid, 0)
                return {}
    except OSError as error:
        return {"error": f"{error.strerror}"}
    raise ValueError(f"unknown message: {sorted(message)}")


def _ending(pid: int) -> dict[str, int] | None:
    """Returns how a process ended. It is not reaped, so its id stays its own."""
    end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if end is None:
        return None
    return {"exit" if end.si_code == os.CLD_EXITED else "signal": end.si_status}


def _fork(module: str, start: Start, descriptors: Sequence[int]) -> int:
    """Returns once the process leads a group of its own, so that a signal to the group reaches it."""
    leading, leads = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        os.close(leads)
        _run(module, start, descriptors)
    for descriptor in (leads, *descriptors):
        os.close(descriptor)
    os.read(leading, 1)
    os.close(leading)
    return pid


def _run(module: str, start: Start, descriptors: Sequence[int]) -> NoReturn:
    """Never returns into the loop of the process that forked."""
    status = 1
    try:
        _put_in_order(descriptors)
        os.environ.update(start.variables)
        tempfile.tempdir = None
        os.chdir(start.folder)
        keep(start.folder, start.size, start.group, module, start.arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _put_in_order(descriptors: Sequence[int]) -> None:
    """Makes them 0, 1, 2 and so on, and closes all others."""
    copies = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _ABOVE_ALL) for descriptor in descriptors]
    for number, descriptor in enumerate(copies):
        os.dup2(descriptor, number)
    os.closerange(len(copies), resource.getrlimit(resource.RLIMIT_NOFILE)[0])


if __name__ == "__main__":
    main()
