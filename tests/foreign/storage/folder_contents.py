"""The contents of a data folder as people read them over the API: the same before an upgrade and after it."""

from __future__ import annotations

from typing import Any

from tests.support.servers.live_server import LiveServer

PROJECT = "kept"
"""The project that every kept folder has: made of a template, built and published by the program itself."""
REVIEWED, ORIGIN, LINKED = "reviewed", "origin", "linked"
"""Projects of folders that `tests.foreign.storage.filled_data_folder` filled."""

WORDS_OF_A_VERDICT = "Hear more."
"""The words of a verdict of a filled folder."""


def contents_of(server: LiveServer) -> dict[str, Any]:
    """Returns what the first person reads: of the project, and of the others where the folder has them."""
    organisation = server.organisation()
    project = f"{organisation}/{PROJECT}"
    contents = {
        "project": project,
        "files": {file["path"]: file["digest"] for file in server.api("GET", f"projects/{project}/files")["files"]},
        "builds": builds_of(server, project),
        "tags": tags_of(server, project),
    }
    names = {each["name"] for each in server.api("GET", "projects")["results"]}
    return contents | (filled_contents_of(server, organisation) if REVIEWED in names else {})


def filled_contents_of(server: LiveServer, organisation: str) -> dict[str, Any]:
    """Returns what the parts of the program say of the projects that were filled."""
    project, origin = f"{organisation}/{REVIEWED}", f"{organisation}/{ORIGIN}"

    def of_organisation(what: str) -> Any:
        return server.api("GET", f"organisations/{organisation}/{what}")

    def of_project(what: str) -> Any:
        return server.api("GET", f"projects/{project}/{what}")

    reviews = of_project("reviews")["results"]
    blocks = of_project("blocks")["blocks"]
    consents = server.api("GET", "data/consents")["results"]
    samples = of_project("data/samples")["results"]
    link = server.api("GET", f"projects/{organisation}/{LINKED}/repository/link")
    return {
        "members": sorted([each["email"], each["role"]] for each in of_organisation("members")["members"]),
        "teams": [each["name"] for each in of_organisation("teams")["teams"]],
        "webhooks": [[each["url"], each["topics"], each["on"]] for each in of_organisation("webhooks")["webhooks"]],
        "signing keys": [[each["fingerprint"], each["revocation"]] for each in of_organisation("signing-keys")["keys"]],
        "other builds": builds_of(server, project),
        "packages": {
            str(build["number"]): [[each["target"], each["digest"], each["refusal"]] for each in build["packages"]]
            for build in of_project("state")["builds"]
        },
        "other tags": tags_of(server, project),
        "reviews": [[each["number"], each["title"], each["state"], len(each["rounds"])] for each in reviews],
        "comments": [comments_of(server, each["id"]) for each in reviews],
        "change requests": [
            [each["number"], each["title"], each["state"]]
            for each in server.api("GET", f"projects/{origin}/change-requests")["results"]
        ],
        "samples": [[each["number"], each["digest"], each["label"], each["split"]] for each in samples],
        "data versions": [[each["number"], each["digest"]] for each in of_project("data/versions")["results"]],
        "consents": sorted([each["purposes"], each["text"], each["withdrawn"]] for each in consents),
        "blocks": [[each["block"], [one["version"] for one in each["versions"]]] for each in blocks],
        "link": [link[key] for key in ("url", "branch", "ended")],
    }


def builds_of(server: LiveServer, project: str) -> dict[str, str]:
    """Returns the state of each build of a project, by its number."""
    return {str(build["number"]): build["state"] for build in server.api("GET", f"projects/{project}/state")["builds"]}


def tags_of(server: LiveServer, project: str) -> dict[str, str]:
    """Returns the digest of each published version of a project."""
    return {tag["tag"]: tag["digest"] for tag in server.api("GET", f"projects/{project}/tags")["tags"]}


def comments_of(server: LiveServer, review: str) -> list[list[str]]:
    """Returns the texts of each conversation of a review, but for that of a verdict, which had none in folders of
    before."""
    threads = server.api("GET", f"reviews/{review}/threads")["threads"]
    texts = [[comment["text"] for comment in thread["comments"]] for thread in threads]
    return [each for each in texts if each != [WORDS_OF_A_VERDICT]]
