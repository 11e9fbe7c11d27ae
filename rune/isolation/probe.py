"""The protections that this machine offers a computing process: `probe` starts one, which checks and ends.

Control groups are not tried: they are the server's to make, and it says of each process whether it has one.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from rune.isolation.confine import confine
from rune.isolation.control_group import NotDelegated, delegated_to
from rune.isolation.launch import NO_GROUP, ProcessNamespaces, packages
from rune.isolation.protections import Isolation, Protection, isolation_from_json
from rune.isolation.toolchain_files import package_folder, toolchain_access

_BYTES = 1 << 20
_SECONDS = 60


def probe(server: int) -> Isolation:
    """Starts a process as a server does, which says what it lacks. Raises `OSError`, `subprocess.SubprocessError`.

    `server` is the server's own process, whose control group counts.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryDirectory(prefix="rune-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 (for a process that is another user; only its own folder is its)
        packages, own = os.path.join(folder, "packages"), os.path.join(folder, "own")
        os.mkdir(own)
        os.mkdir(packages)
        os.chmod(packages, 0o755)  # noqa: S103 (for a process that is another user; it holds one link)
        os.symlink(package_folder("rune"), os.path.join(packages, "rune"))
        command = [
            sys.executable,
            "-P",
            "-m",
            "rune.isolation.launch",
            own,
            str(_BYTES),
            NO_GROUP,
            "rune.isolation.probe",
        ]
        environment = {"PATH": os.defpath, "HOME": own, "TMPDIR": own, "PYTHONPATH": packages}
        process = subprocess.run(
            command, stdin=theirs.fileno(), stdout=subprocess.PIPE, env=environment, check=True, timeout=_SECONDS
        )
    isolation = isolation_from_json(json.loads(process.stdout))
    try:
        delegated_to(server)
    except NotDelegated as error:
        return isolation.with_gap(Protection.MEMORY_TOTAL, str(error))
    return isolation.with_protection(Protection.PROCESS_COUNT)


def main(namespaces: ProcessNamespaces, _: Sequence[str]) -> None:
    """The process itself."""
    access = toolchain_access(packages(), writable=[namespaces.folder], own_processes=namespaces.has_own_tree)
    print(json.dumps(Isolation((*namespaces.gaps, *confine(access))).to_json()), flush=True)
