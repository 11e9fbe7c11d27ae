"""An edit and the end of a preview of one project at once: neither may wait for what the other has.

Run in an installation's environment, on PostgreSQL: `python tests/support/farms/edit_beside_preview.py`.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> None:
    from django.db import connection, transaction

    from forge.builds.announcements import PREVIEW_CHANGED
    from forge.builds.models import Build, BuildTrigger
    from forge.core.events.log import append_event
    from forge.projects.models import Project

    project = Project.objects.alive().select_related("organisation").first()
    assert project is not None
    has_project, has_stream = Event(), Event()
    event = PREVIEW_CHANGED(sequence=1, state="ready")

    def edit() -> None:
        with transaction.atomic():
            Project.objects.lock(project.pk)
            has_project.set()
            assert has_stream.wait(30)
            append_event(project.stream, event)
        connection.close()

    def end_preview() -> None:
        with transaction.atomic():
            assert has_project.wait(30)
            Build.objects.create(project=project, name=project.name, kind=BuildTrigger.PREVIEW)
            append_event(project.stream, event)
            has_stream.set()
            # Only at its end PostgreSQL looks whether the project is there.
        connection.close()

    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(edit), pool.submit(end_preview)]:
            future.result()


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    main()
