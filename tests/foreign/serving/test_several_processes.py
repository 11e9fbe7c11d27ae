"""Several web processes serve one room: on PostgreSQL and Redis, and on one SQLite file with nothing between them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import REPOSITORY
from tests.support.clients.stock_yjs import StockClient
from tests.support.servers.live_installation import LiveInstallation
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = [pytest.mark.foreign, pytest.mark.slow]


@pytest.fixture(scope="module", params=["PostgreSQL and Redis", "one SQLite file"])
def services(request: pytest.FixtureRequest) -> Iterator[Services | None]:
    """The services that the processes share besides their data folder."""
    with ExitStack() as stack:
        try:
            yield None if request.param == "one SQLite file" else stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))


@pytest.fixture(scope="module")
def installation(services: Services | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInstallation]:
    environment = services.environment("forge") if services else {}
    with LiveInstallation(tmp_path_factory.mktemp("several") / "data", environment) as running:
        yield running


@pytest.fixture
def project(installation: LiveInstallation, request: pytest.FixtureRequest) -> str:
    return installation.new_project(request.node.originalname.replace("_", "-").removeprefix("test-")[:45].strip("-"))


@pytest.fixture
def client(installation: LiveInstallation, project: str) -> Iterator[Callable[[int], StockClient]]:
    """Opens a stock client at a process."""
    with ExitStack() as stack:

        def opened(process: int) -> StockClient:
            address = installation.addresses[process]
            client = stack.enter_context(StockClient(installation.first, project, address=address))
            client.until(synced=True)
            return client

        yield opened


Opener = Callable[[int], StockClient]


def test_what_one_types_at_one_process_is_seen_at_the_other(client: Opener) -> None:
    one, other = client(0), client(1)
    for number in range(5):
        expected = one.type(f"# one {number}\n")
        other.until(text=expected)
        expected = other.type(f"# other {number}\n")
        one.until(text=expected)
    assert client(1).do("look")["text"] == expected


def test_a_file_written_over_the_api_of_one_process_is_seen_at_the_other(
    installation: LiveInstallation, client: Opener, project: str
) -> None:
    one, other = client(0), client(1)
    text = one.type("# typed\n")
    other.until(text=text)
    installation.first.api("PUT", f"projects/{project}/files/Runefile.yml", content=f"# written\n{text}".encode())
    for each in (one, other):
        each.until(text=f"# written\n{text}")


@pytest.mark.protects("live/cursor-names")
def test_people_at_two_processes_see_each_other_and_are_who_they_are(
    services: Services | None, installation: LiveInstallation, client: Opener
) -> None:
    if services is None:
        return  # presence passes between processes by Redis alone
    one, other = client(0), client(1)
    one.do("present", state={"user": {"name": "Somebody else"}, "file": "here"})
    people = installation.first.until(lambda: [who for who in other.do("look")["people"] if who.get("file") == "here"])
    assert set(people[0]["user"]) == {"id", "name", "initials", "colour"}
    assert people[0]["user"]["name"] != "Somebody else"
    one.do("disconnect")
    installation.first.until(lambda: not [who for who in other.do("look")["people"] if who.get("file") == "here"])


@pytest.mark.protects("live/lost-access")
def test_losing_access_ends_a_socket_at_another_process(
    installation: LiveInstallation, client: Opener, project: str
) -> None:
    live = installation.first
    other = client(1)
    live.delete_project(project)
    live.until(lambda: other.do("look")["closed"])
    assert other.do("look")["closed"]["code"] == 4403


def test_the_document_is_whole_after_a_process_was_killed_while_people_typed(
    installation: LiveInstallation, client: Opener
) -> None:
    one, other = client(0), client(1)
    for number in range(20):
        one.type(f"# one {number}\n")
        other.type(f"# other {number}\n")
    installation.processes[1].kill()
    one.type("# while it was away\n")
    other.type("# offline\n")
    other.do("go", url=installation.addresses[0])
    text = installation.first.until(lambda: _with(one, "# offline"))
    other.until(text=text)
    installation.processes[1].start()
    assert client(1).do("look")["text"] == text
    lines = [line for line in text.splitlines() if line.startswith("# o")]
    assert len(lines) == len(set(lines)) == 41


def test_a_tag_list_in_pages_loses_no_tag_and_is_sorted_by_code_points(
    installation: LiveInstallation, project: str
) -> None:
    live = installation.first
    runefile = (REPOSITORY / "examples" / "sine" / "Runefile.yml").read_bytes()
    model = (REPOSITORY / "examples" / "sine" / "sine.tflite").read_bytes()
    live.api("PUT", f"projects/{project}/files/Runefile.yml", content=runefile)
    live.api("PUT", f"projects/{project}/files/sine.tflite", content=model)
    build = live.build(project)
    names = ["1-0", "1.0", "10", "B", "Zeta", "a", "a-b", "a_b", "ab", "latest"]
    for name in reversed(names):
        live.publish(project, build["id"], name)
    credentials = ("anyone", live.token("registry"))
    for size in (1, 3, 100):
        tags: list[str] = []
        path: str | None = f"/v2/{project}/tags/list?n={size}"
        while path:
            answer = live.http.get(path, auth=credentials).raise_for_status()
            tags += answer.json()["tags"]
            path = answer.links.get("next", {}).get("url")
        assert tags == names, size


# Complaints of people about other editors, in the words of their reports.


def test_a_laptop_that_slept_comes_back_to_the_text_of_today(installation: LiveInstallation, client: Opener) -> None:
    sleeper, other = client(0), client(1)
    sleeper.do("sleep")
    sleeper.type("# typed as the lid closed\n")
    for number in range(30):
        expected = other.type(f"# meanwhile {number}\n")
    assert "meanwhile" not in sleeper.do("look")["text"]
    sleeper.do("wake")
    text = installation.first.until(lambda: _with(sleeper, "# meanwhile 29"))
    assert text.count("# typed as the lid closed") == 1
    assert len(text) == len(expected) + len("# typed as the lid closed\n")
    other.until(text=text)


def test_two_tabs_of_one_person_are_one_text(client: Opener) -> None:
    one, two = client(0), client(0)
    for number in range(10):
        one.do("insert", path="Runefile.yml", at=0, text=f"# first tab {number}\n")
        two.do("insert", path="Runefile.yml", at=0, text=f"# second tab {number}\n")
    one.do("disconnect")
    one.type("# first tab, offline\n")
    two.type("# second tab, meanwhile\n")
    one.do("connect")
    one.until(text=two.until(text=one.until(synced=True)["text"])["text"])
    text = two.do("look")["text"]
    assert text.count("# first tab") == text.count("# second tab") == 11


def test_a_change_from_outside_while_somebody_types_takes_nothing_away(
    installation: LiveInstallation, client: Opener, project: str
) -> None:
    one, other = client(0), client(1)
    path = f"projects/{project}/files/Runefile.yml"
    for number in range(8):
        line = f"# typed {number}\n"
        one.type(line)
        now = installation.first.until(lambda line=line: _file(installation, path, line))  # type: ignore[misc]
        installation.first.api("PUT", path, content=f"# outside {number}\n{now}".encode())
    text = installation.first.until(lambda: _with(one, "# outside 7"))
    other.until(text=text)
    assert all(text.count(f"# typed {number}\n") == 1 for number in range(8))
    assert all(text.count(f"# outside {number}\n") == 1 for number in range(8))


def test_a_room_that_emptied_and_filled_again_has_its_text_once(installation: LiveInstallation, client: Opener) -> None:
    one = client(0)
    text = one.type("# before\n")
    one.do("disconnect")
    # Another process reads the room anew; the tab that stayed open comes back with all that it has.
    other = client(1)
    other.until(text=text)
    other.do("disconnect")
    one.do("connect")
    one.until(text=text, synced=True)
    assert client(1).do("look")["text"] == text


def _file(installation: LiveInstallation, path: str, part: str) -> str | None:
    """The file as the API has it, once it holds a part."""
    text = installation.first.http.get(f"/api/v1/{path}").text
    return text if part in text else None


def _with(client: StockClient, part: str) -> str | None:
    text: str = client.do("look")["text"]
    return text if part in text else None


def test_a_redis_that_hangs_delays_what_others_see_and_loses_nothing(services: Services | None, client: Opener) -> None:
    if services is None:
        return
    one, other = client(0), client(1)
    os.kill(services.redis_pid, signal.SIGSTOP)
    try:
        expected = one.type("# said into the void\n")
        other.until(text=expected)
    finally:
        os.kill(services.redis_pid, signal.SIGCONT)
    expected = one.type("# and heard again\n")
    other.until(text=expected)
