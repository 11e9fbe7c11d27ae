"""Starts a module in namespaces of its own: `python -P -m rune.isolation.launch FOLDER BYTES GROUP MODULE
[ARGUMENT]`.

GROUP is the descriptor by which a control group is entered, `-` for none; there may be several arguments.

The process that was started stays outside as a *keeper*: it writes the maps of users, waits, ends with the status of
the module's process, and ends all when its standard input, a socket, is closed at the other end. The module's process
is the first of its process namespace, so with it everything ends that it started. `main(entered, arguments)` of the
module runs in it. Where the system refuses namespaces, the module runs without, and is informed of it.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from rune.gc_paused import permanent
from rune.isolation import linux
from rune.isolation.control_group import enter
from rune.isolation.file_tree import enter_file_tree, give_folder
from rune.isolation.linux import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, drop_capabilities, prctl, unshare
from rune.isolation.protections import Gap, Isolation, Protection, gaps_of, reason_of
from rune.isolation.toolchain_files import package_folder, toolchain_access

INSIDE = 1000
"""The user and group that the process is, as it sees itself."""
_OUTSIDE = 0x5F000000
"""The first of the users that a server which runs as root takes, one for each process. Nobody owns files as these."""
_FEW = 20_000
"""The first of others that it takes in a container that has only some 65,000."""
PROCESSES = 64 + 8 * (os.cpu_count() or 1)
"""Processes and threads in one user namespace or control group."""
NO_GROUP = "-"
_ALL = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
    | linux.CLONE_NEWCGROUP
)
_IN_NAMESPACES = (Protection.NAMESPACES, Protection.FILE_TREE, Protection.PROCESS_COUNT)
_PID = struct.Struct("i")
_GO_ON = b"g"
"""The message of the keeper to the first process of the namespaces once it is its parent."""


@dataclass(frozen=True)
class ProcessNamespaces:
    """The namespaces of the module's process: the gaps so far, and a folder of its own."""

    gaps: tuple[Gap, ...]
    folder: str

    @property
    def has_own_tree(self) -> bool:
        return Isolation(self.gaps).has_own_tree


def main() -> NoReturn:
    """The keeper, from the arguments of the command."""
    folder, size, group, module, *arguments = sys.argv[1:]
    keep(folder, int(size), None if group == NO_GROUP else int(group), module, arguments)


def keep(folder: str, size: int, group: int | None, module: str, arguments: Sequence[str]) -> NoReturn:
    """The keeper. Becomes two: it waits, and its child goes on to the module."""
    if group is not None:
        enter(group)
    if not linux.is_linux():
        gaps = gaps_of(_IN_NAMESPACES, "only Linux has it")
        _run(module, ProcessNamespaces(gaps, folder), arguments)
    # The kernel ends this before the server when memory runs out.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # A keeper that is suspended when the one who started it dies goes on, and sees that its standard input is closed.
    prctl(PR_SET_PDEATHSIG, signal.SIGCONT)
    here, there = socket.socketpair()
    child = os.fork()
    if not child:
        here.close()
        _run(module, _enter_namespaces(there, folder, size), arguments)
    there.close()
    sys.exit(_wait_for(_attend(here, child)))


def _run(module: str, namespaces: ProcessNamespaces, arguments: Sequence[str]) -> NoReturn:
    with permanent():
        module_object = import_module(module)
    module_object.main(namespaces, arguments)
    sys.exit(0)


# The keeper's side


def _attend(child: socket.socket, child_pid: int) -> int:
    """Writes the maps that the child asks for; answers the process that is to be waited for.

    The socket stays open as long as the keeper lives.
    """
    if child.recv(1) != b"u":
        return child_pid
    try:
        is_other = _write_maps(child_pid)
    except OSError as error:
        child.sendall(b"n" + bytes([error.errno or 0]))
        return child_pid
    child.sendall(b"o" if is_other else b"s")
    number = child.recv(_PID.size)
    if len(number) != _PID.size:
        return child_pid
    # Once it is reaped, its child is the keeper's. A process that ends closes its pipes and sockets before that.
    os.waitpid(child_pid, 0)
    with contextlib.suppress(OSError):  # the first process has ended, which `_wait_for` sees
        child.sendall(_GO_ON)
    return int(_PID.unpack(number)[0])


def _write_maps(pid: int) -> bool:
    """Says which users there are in the child's namespace; answers whether it can be another than the keeper's."""
    user, group = os.geteuid(), os.getegid()
    if user == 0 and _is_readable_by_all():
        other = _OUTSIDE + os.getpid()
        try:
            _write(pid, "uid_map", f"0 0 1\n{INSIDE} {other} 1\n")
            _write(pid, "gid_map", f"0 0 1\n{INSIDE} {other} 1\n")
        except OSError:
            pass  # in a container that has few users itself
        else:
            return True
    _write(pid, "setgroups", "deny")
    _write(pid, "uid_map", f"{INSIDE} {user} 1\n")
    _write(pid, "gid_map", f"{INSIDE} {group} 1\n")
    return False


def _is_readable_by_all() -> bool:
    """Returns whether a user that owns nothing could read the toolchain, by some of its files."""
    return all(os.stat(file).st_mode & 0o004 for file in _toolchain_files())


def _toolchain_files() -> tuple[str, ...]:
    return (os.path.realpath(sys.executable), os.__file__, os.path.join(package_folder("rune"), "__init__.py"))


def _write(pid: int, name: str, text: str) -> None:
    with open(f"/proc/{pid}/{name}", "w", encoding="ascii", buffering=1) as file:
        file.write(text)


def _wait_for(worker: int) -> int:
    """Waits until the worker ends, and ends what it left; answers its status as a shell would."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Who reads the answers sees their end when the worker has gone, not the keeper.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    waiting = select.poll()
    waiting.register(woken, select.POLLIN)
    waiting.register(0, select.POLLRDHUP)
    while True:
        try:
            while (pid_and_status := os.waitpid(-1, os.WNOHANG))[0]:
                if pid_and_status[0] == worker:
                    _end_as(pid_and_status[1])
        except ChildProcessError:
            return 1
        for descriptor, _ in waiting.poll():
            if descriptor == 0:
                os.killpg(0, signal.SIGKILL)
            os.read(woken, 512)


def _end_as(status: int) -> NoReturn:
    """Ends as the worker did, so that who started this sees why."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


# The child's side


def _enter_namespaces(keeper: socket.socket, folder: str, size: int) -> ProcessNamespaces:
    """Enters what the system gives. The process that returns from here ends when its keeper does."""
    with keeper:
        namespaces = _entered_namespaces(keeper, folder, size)
        # Set last: a change of the user would clear it.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if _is_closed(keeper):
            os._exit(1)  # the keeper died before
    return namespaces


def _is_closed(keeper: socket.socket) -> bool:
    try:
        return keeper.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def _entered_namespaces(keeper: socket.socket, folder: str, size: int) -> ProcessNamespaces:
    """Returns twice: of two processes one is the module's, the other ended."""
    was_root = os.geteuid() == 0
    try:
        unshare(_ALL)
    except OSError as error:
        return _without_namespaces(folder, reason_of(error), was_root=was_root)
    keeper.sendall(b"u")
    answer = keeper.recv(2)
    if not answer:
        os._exit(1)  # the keeper is dead
    if answer[:1] not in (b"o", b"s"):
        refusal = OSError(answer[1], os.strerror(answer[1]))
        # In the new user namespace this is nobody, and can become nobody else.
        lacking = (*_IN_NAMESPACES, Protection.OTHER_USER) if was_root else _IN_NAMESPACES
        return ProcessNamespaces(gaps_of(lacking, reason_of(refusal)), folder)
    first = os.fork()
    if first:
        keeper.sendall(_PID.pack(first))
        os._exit(0)
    # From here on the keeper is the parent. The end of another parent would end this process, which asks for that.
    if keeper.recv(1) != _GO_ON:
        os._exit(1)  # the keeper is dead
    return _first_process(folder, size, user=None if answer[:1] == b"s" else INSIDE, was_root=was_root)


def _without_namespaces(folder: str, reason: str, *, was_root: bool) -> ProcessNamespaces:
    """Goes on in the tree of the server; what root started becomes a user of its own all the same."""
    gaps = gaps_of(_IN_NAMESPACES, reason)
    if not was_root:
        return ProcessNamespaces(gaps, folder)
    refusal = _become_nobody(folder)
    if refusal:
        gaps = (*gaps, *gaps_of([Protection.OTHER_USER], refusal))
    else:
        with contextlib.suppress(OSError, ValueError):
            # Of this user, which no other process has.
            resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
            gaps = tuple(gap for gap in gaps if gap.protection is not Protection.PROCESS_COUNT)
    drop_capabilities()
    return ProcessNamespaces(gaps, folder)


def _become_nobody(folder: str) -> str:
    """Becomes a user that owns its folder and nothing else; answers why it could not, "" when it did."""
    closed = _closed_to_others([*_toolchain_files(), folder])
    if not closed and not _is_readable_by_all():
        closed = "the toolchain"
    if closed:
        return f"{closed} lets nobody in but root"
    number = os.getpid()
    refusal = ""
    for user in (_OUTSIDE + number, _FEW + number % _FEW):
        try:
            os.chown(folder, user, user)
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        except OSError as error:
            refusal = reason_of(error)
        else:
            return ""
    return refusal


def _closed_to_others(paths: Sequence[str]) -> str:
    """The first folder on the way to these paths that others cannot pass; "" where there is none."""
    for path in paths:
        for folder in reversed(Path(os.path.realpath(path)).parents):
            if not folder.stat().st_mode & 0o001:
                return str(folder)
    return ""


def _first_process(folder: str, size: int, *, user: int | None, was_root: bool) -> ProcessNamespaces:
    """Goes on as the first process of the namespaces: files, limits, user, and then no privilege is left.

    `user` is who it becomes, None if it stays who it is.
    """
    gaps: list[Gap] = []
    os.umask(0o022)  # what is made on the way is to be seen by the user that this becomes
    access = toolchain_access(packages(), own_processes=True)
    try:
        enter_file_tree(access, folder, size)
        give_folder(folder, INSIDE)
    except OSError as error:
        gaps += gaps_of([Protection.FILE_TREE], reason_of(error))
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
    except (OSError, ValueError) as error:
        gaps += gaps_of([Protection.PROCESS_COUNT], f"the system refused it: {error}")
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    elif was_root:
        gaps += gaps_of([Protection.OTHER_USER], "the server runs as root, and the toolchain is readable by root alone")
    drop_capabilities()
    return ProcessNamespaces(tuple(gaps), folder)


def packages() -> list[str]:
    """The folders in which this was started to find its modules, whole, and what links in them lead to."""
    folders = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    entries = [entry for path in folders if os.path.isdir(path) for entry in os.scandir(path)]
    return [*folders, *(os.path.realpath(entry.path) for entry in entries if entry.is_symlink())]


if __name__ == "__main__":
    main()
