"""`manage.py work`: a build worker without a server, for an installation of several processes. Runs until Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forge.builds.runs.build_worker import BuildWorker
from forge.core.events.delivery import attach_thread
from forge.core.processes.data_lock import DataInUse, Use, data_folder
from forge.core.processes.periodic import RunsIn, scheduler


class Command(BaseCommand):
    """Takes builds and previews from the queue that BROKER_URL names."""

    help = "Runs a build worker beside the web processes, until Ctrl-C. You can run any number of them."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED_WORKER:
            raise CommandError(
                "There is no queue: the server itself runs the builds. Set BROKER_URL to a queue, such as "
                "redis://host:6379/1, for the server and for this worker."
            )
        os.umask(0o077)
        stop_event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop_event.set())
        try:
            with data_folder(settings.DATA_DIR, Use.SHARED):
                self._work(stop_event)
        except DataInUse as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Hammer Forge has stopped building.")

    def _work(self, stop_event: threading.Event) -> None:
        # The worker's events must reach people whose sockets are in other processes.
        attach_thread()
        worker = BuildWorker()
        worker.start()
        scheduler.start({RunsIn.EACH_WORKER, RunsIn.ONE_WORKER})
        self.stdout.write("Hammer Forge builds. Ctrl-C stops it.")
        self.stdout.flush()
        stop_event.wait()
        scheduler.stop()
        worker.stop()
