"""`manage.py sign`: the signer, which alone opens the keys of organisations. Runs until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from forge.core.processes.data_lock import DataInUse, Use, data_folder
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.slots import JobSlots, announce_worker

LOOK_EVERY = 1.0
"""Seconds between two looks for jobs."""
IDLE_FOR = 60.0
"""Seconds without a job after which a signer beside a server ends."""


class Command(BaseCommand):
    """Makes keys and signs what was published."""

    help = (
        "Runs the signer, until Ctrl-C: the one process that needs SIGNING_SECRET_FILE. A server without a queue "
        "starts it by itself."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--beside-server",
            action="store_true",
            help="End with the server that started it, or when there is no work.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_beside: bool = options["beside_server"]
        os.umask(0o077)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        if is_beside:
            threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
        try:
            # The server that started it has the folder.
            with nullcontext() if is_beside else data_folder(settings.DATA_DIR, Use.SHARED):
                _work(stop, IDLE_FOR if is_beside else None)
        except DataInUse as error:
            raise CommandError(str(error)) from error


def _work(stop: threading.Event, idle: float | None) -> None:
    slots = JobSlots(1, (WorkerCapability.SIGN,), stop, computes=False)
    waiting = Job.objects.filter(capability=WorkerCapability.SIGN, state=JobState.QUEUED)
    last_work = time.monotonic()
    try:
        while not stop.is_set():
            announce_worker(WorkerCapability.SIGN)
            if waiting.exists():
                slots.work()
                last_work = time.monotonic()
            if idle is not None and time.monotonic() - last_work > idle:
                return
            stop.wait(LOOK_EVERY)
    finally:
        connections.close_all()


def _wait_for_end(stop: threading.Event) -> None:
    """Ends this process with the one that has the other end of its standard input.

    It reads the descriptor: a thread that waits in `sys.stdin` holds its lock, and Python aborts a process that ends
    meanwhile.
    """
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()
