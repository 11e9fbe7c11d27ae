"""A client that follows the streams of a project, of its organisation, of its person and of their inbox: it reads a
state, and then it changes that state by events. The smallest one that can be written, for tests.

The text of files is not in it: live documents have a socket of their own, and `preview.current`, which an edit ends,
is known there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.test import Client

from forge.builds.models import Build, Preview
from forge.builds.registrations import SHOWN_BUILDS
from forge.core.events.declarations import EVERYTHING, EventType
from forge.fleet.models import Device
from forge.projects.models import Project

View = dict[str, Any]
"""The state of a client, by the names that declarations use in `read_again`."""


@dataclass(frozen=True)
class PlayedEvent:
    """An event as a socket tells it, with its declaration."""

    type: EventType[Any, Any]
    sequence: int
    data: Mapping[str, Any]

    def without_payload(self) -> PlayedEvent:
        """The same as one reads it from the log."""
        return replace(self, data={name: value for name, value in self.data.items() if name not in self.type.transient})


def read(client: Client, project_id: Any, resource: str) -> Any:
    """Reads one resource as the API answers it; None for what is not there, or not for this client."""
    project = Project.objects.select_related("organisation").get(pk=project_id)
    organisation, base = f"/api/v1/organisations/{project.organisation.name}", f"/api/v1/projects/{project.full_name}"

    def get(address: str) -> Any:
        answer = client.get(address)
        return answer.json() if answer.status_code == 200 else None

    def listed(address: str, key: str) -> Any:
        answer = get(address)
        return answer and answer[key]

    def of_builds(address: str, key: str) -> dict[str, Any]:
        builds = Build.objects.filter(project=project).numbered().values_list("pk", flat=True)
        return {str(pk): items for pk in builds if (items := listed(f"/api/v1/builds/{pk}/{address}", key))}

    def devices() -> Any:
        """The devices of the organisation, each as its own address answers it."""
        names = Device.objects.filter(organisation=project.organisation).values_list("name", flat=True)
        return [get(f"{organisation}/devices/{name}") for name in names]

    def requests() -> Any:
        return listed(f"{base}/reviews", "results")

    def threads() -> Any:
        """The threads of each build, and of each review that has some."""
        addresses = {review["id"]: f"/api/v1/reviews/{review['id']}/threads" for review in requests() or ()}
        listings = {review: threads for review, address in addresses.items() if (threads := listed(address, "threads"))}
        return of_builds("threads", "threads"), listings

    def watched() -> dict[str, Any]:
        watches = Preview.objects.requested().filter(project=project).values_list("pk", flat=True)
        return {str(pk): get(f"{base}/preview/watch/{pk}") for pk in watches}

    readers: Mapping[str, Callable[[], Any]] = {
        "state": lambda: get(f"{base}/state"),
        "preview": lambda: get(f"{base}/preview"),
        "versions": lambda: listed(f"{base}/versions", "results"),
        "samples": lambda: listed(f"{base}/samples", "samples"),
        "data": lambda: listed(f"{base}/data/samples", "results"),
        "data_versions": lambda: listed(f"{base}/data/versions", "results"),
        "conversions": lambda: listed(f"{base}/conversions", "results"),
        "training": lambda: listed(f"{base}/training", "results"),
        "searches": lambda: listed(f"{base}/searches", "results"),
        "deployments": lambda: listed(f"{base}/deployments", "results"),
        "logs": lambda: of_builds("log", "lines"),
        "reviews": lambda: of_builds("reviews", "reviews"),
        "requests": requests,
        "change_requests": lambda: listed(f"{base}/change-requests", "results"),
        "drafts": lambda: get(f"{base}/drafts"),
        "offers": lambda: listed(f"{base}/offers", "offers"),
        "threads": threads,
        "watched": watched,
        "organisation": lambda: get(organisation),
        "members": lambda: listed(f"{organisation}/members", "members"),
        # Only owners read them, and the follower is not an owner.
        "webhooks": lambda: listed(f"{organisation}/webhooks", "webhooks"),
        "devices": devices,
        "jobs": lambda: listed(f"{organisation}/jobs", "results"),
        "notices": lambda: listed("/api/v1/notices", "results"),
        # Which there are. What each is called, its own stream tells.
        "projects": lambda: sorted(each["id"] for each in listed("/api/v1/projects", "results") or []),
    }
    return readers[resource]()


RESOURCES = (
    "state",
    "versions",
    "samples",
    "data",
    "data_versions",
    "conversions",
    "training",
    "searches",
    "deployments",
    "logs",
    "reviews",
    "requests",
    "change_requests",
    "drafts",
    "offers",
    "threads",
    "watched",
    "organisation",
    "members",
    "notices",
    "projects",
    "webhooks",
    "devices",
    "jobs",
)
"""The addresses that are followed."""


def read_all(client: Client, project_id: Any) -> View:
    """All of it, read fresh."""
    return {resource: read(client, project_id, resource) for resource in RESOURCES}


def after(view: View, event: PlayedEvent, reading: Callable[[str], Any]) -> View:
    """The view after an event. The parts that the event does not bring and says to read again are read."""
    view = _changed(view, event.type.name, event.data, reading)
    again = RESOURCES if EVERYTHING in event.type.read_again else event.type.read_again
    view = view | {resource: reading(resource) for resource in again}
    return _with_state(view, sequence=event.sequence) if event.type.stream == "project" else view


def _changed(view: View, name: str, data: Mapping[str, Any], reading: Callable[[str], Any]) -> View:
    match name:
        case "project.changed":
            return _with_state(view, project=data["project"])
        case "build.changed":
            return _with_state(view, builds=_with_build(view["state"]["builds"], data["build"]))
        case "package.changed":
            return _with_state(view, builds=_with_package(view["state"]["builds"], data))
        case "targets.changed":
            return _with_state(view, targets=data["targets"])
        case "build.log":
            lines = [*view["logs"].get(data["build"], ()), *data["lines"]]
            return view | {"logs": view["logs"] | {data["build"]: lines}}
        case "preview.changed":
            return _with_state(view, preview=data["preview"] if "preview" in data else reading("preview"))
        case "preview.watched":
            watch = data["watch"]
            answer = data["answer"] if "answer" in data else reading("watched")[watch]
            return view | {"watched": view["watched"] | {watch: answer}}
        case "organisation.changed":
            fields = {"name": data["name"], "title": data["title"], "url": f"/{data['name']}"}
            return view | {"organisation": view["organisation"] | fields}
    return view


def _with_state(view: View, **values: Any) -> View:
    return view | {"state": view["state"] and view["state"] | values}


def _with_build(builds: list[dict[str, Any]], build: dict[str, Any]) -> list[dict[str, Any]]:
    others = [each for each in builds if each["id"] != build["id"]]
    return sorted([build, *others], key=lambda each: -int(each["number"]))[:SHOWN_BUILDS]


def _with_package(builds: list[dict[str, Any]], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    changed = data["package"]

    def current(build: dict[str, Any]) -> dict[str, Any]:
        packages = [changed if each["target"] == changed["target"] else each for each in build["packages"]]
        return build | {"packages": packages, "limits": data["limits"]}

    return [current(each) if each["id"] == data["build"] else each for each in builds]
