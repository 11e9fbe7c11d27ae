"""Requests to the API as they are sent: their addresses with parameters and queries."""

from __future__ import annotations

from typing import Final

from rune.tools.remote.api import get, names_of, post, put


def test_parameters_are_escaped_and_the_slashes_of_a_files_path_stay() -> None:
    request = get(
        "/projects/{organisation}/{name}/files/{path}", organisation="acme", name="a/b", path="models/a b.txt"
    )
    assert request.path == "/projects/acme/a%2Fb/files/models/a%20b.txt"
    assert request.method == "GET"
    assert request.body is None


def test_a_query_is_written_as_the_server_reads_it() -> None:
    request = get(
        "/projects/{organisation}/{name}/data/samples", **names_of("acme/door"), query={"limit": 5, "label": "é&"}
    )
    assert request.path == "/projects/acme/door/data/samples?limit=5&label=%C3%A9%26"
    http_request = post(
        "/projects/{organisation}/{name}/data/samples",
        **names_of("acme/door"),
        query={"consent": "7", "alone": True},
        content=b"",
    )
    assert http_request.path == "/projects/acme/door/data/samples?consent=7&alone=true"


def test_a_request_has_its_body_and_the_state_on_which_it_depends() -> None:
    address: Final = "/projects/{organisation}/{name}/deployments/{deployment}/version"
    request = put(address, **names_of("acme/door"), deployment="site", body={"tag": "1"}, etag='"7"')
    assert (request.method, request.body, request.etag) == ("PUT", {"tag": "1"}, '"7"')
