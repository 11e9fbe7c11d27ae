"""Asks for many small builds of many organisations, and says what became of them: run in an installation's environment.

`python build_queue.py fill ORGANISATIONS BUILDS FIRST` or `python build_queue.py results`; both answer in JSON.
`FIRST` is the first of the numbers by which builds differ.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
PROJECT_LIMIT = 20
"""Builds of one project that may wait; the product's own limit."""
RUNEFILE = """# build {number}
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs: [{{type: F32, dimensions: [1, {size}]}}]
  out:
    out: SERIAL
    inputs: [number]
"""


def fill(organisations: int, builds: int, first: int) -> dict[str, Any]:
    """Asks for so many builds, one organisation after the other; no two are of the same files."""
    from forge.accounts.models import Membership, Organisation, Role, User
    from forge.builds.actions import request_build
    from forge.projects.actions import write_file
    from forge.projects.models import Project

    identifiers = []
    for number in range(first, first + builds):
        index, place = number % organisations, (number - first) // organisations
        # Of several people, for one may ask for so many in an hour.
        person, _ = User.objects.get_or_create(email=f"many-{index}@builds.example", defaults={"name": "Many Builds"})
        organisation, is_new = Organisation.objects.get_or_create(name=f"org-{index}", defaults={"title": "Many"})
        if is_new:
            Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
        name = f"project-{first}-{place // PROJECT_LIMIT}"
        project, _ = Project.objects.get_or_create(organisation=organisation, name=name, created_by=person)
        write_file(person, project, "Runefile.yml", RUNEFILE.format(number=number, size=1 + number % 1000).encode())
        identifiers.append(str(request_build(person, project).pk))
    return {"asked": identifiers}


def results() -> dict[str, Any]:
    """Returns how many builds there are of each state, what came of them, and each that has not exactly one result.
    What the worker built of the same texts for previews is not counted."""
    from forge.builds.models import Build
    from forge.core.models import Event
    from forge.jobs.models import UNFINISHED_STATES, JobState

    ends = Counter[str]()
    for data in Event.objects.filter(type="build.changed").values_list("data", flat=True).iterator():
        if data["build"]["state"] not in UNFINISHED_STATES:
            ends[data["build"]["id"]] += 1
    states = Counter[str]()
    wrong, artefacts = list[str](), set[Any]()
    attempts = 0
    for build in Build.objects.numbered():
        states[build.state] += 1
        attempts = max(attempts, build.attempt)
        artefacts |= {build.artefact_id} - {None}
        is_whole = build.state == JobState.SUCCEEDED and build.artefact_id is not None and build.measurement is not None
        if build.is_over and (ends[str(build.pk)] != 1 or not is_whole):
            text = " / ".join(line.text for line in build.log.all())
            wrong.append(f"{build.pk}: {build.state}, {ends[str(build.pk)]} ends: {text}"[:600])
    return {"states": dict(states), "wrong": wrong, "artefacts": len(artefacts), "attempts": attempts}


def main(arguments: list[str]) -> None:
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    result = fill(*map(int, arguments[1:])) if arguments[0] == "fill" else results()
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
