"""Starts the signer beside a server that builds by itself, while there is something to sign.

The signer is a process of its own: neither the server nor what it compiles has its secret.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from django.conf import settings

from forge.jobs.models import Job, WorkerCapability

CHECK_EVERY = 1.0
"""Seconds."""

_running: list[subprocess.Popen[bytes]] = []
_lock = threading.Lock()


def start_signer() -> None:
    """Starts the signer where jobs wait for it and none runs. With a queue, an operator runs it instead."""
    if not settings.EMBEDDED_WORKER or not _has_work():
        return
    with _lock:
        _running[:] = [process for process in _running if process.poll() is None]
        if not _running:
            # Its end of the pipe closes when this process ends, however it ends, and then it ends too.
            _running.append(
                subprocess.Popen(
                    [sys.executable, str(settings.BASE_DIR / "manage.py"), "sign", "--beside-server"],
                    stdin=subprocess.PIPE,
                    env={**os.environ, **settings.SECRET_VARIABLES},
                )
            )


def _has_work() -> bool:
    return Job.objects.unfinished().filter(capability=WorkerCapability.SIGN).exists()
