"""README's lines work as they are typed: publish the digits, sign in, pull, run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers.live_server import REPOSITORY, LiveServer

pytestmark = pytest.mark.foreign

README = REPOSITORY / "README.md"
ADDRESS = "http://127.0.0.1:8000"


def lines_of_the_tour() -> list[str]:
    """The commands of the tour's last step."""
    text = README.read_text("utf-8")
    tour = text.partition("## A tour in five minutes")[2].partition("\n## ")[0]
    blocks = re.findall(r"^ *```\n(.*?)^ *```", tour, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    return [line.strip() for line in blocks[0].splitlines() if line.strip()]


def allow(live: LiveServer, code: str) -> None:
    """Does a person's part on the page of the code: reads it, and presses Allow."""
    page = live.http.get("/accounts/device")
    assert page.status_code == 200
    fields = {"token": code, "csrfmiddlewaretoken": live.http.cookies["csrftoken"]}
    answer = live.http.post("/accounts/device", data=fields, headers={"Referer": live.address})
    assert "Allow" in answer.text
    assert code in answer.text
    response = live.http.post("/accounts/device", data={**fields, "step": "allow"}, headers={"Referer": live.address})
    assert "is connected" in response.text


def typed(live: LiveServer, line: str, folder: Path) -> str:
    """Runs one line as a shell in the checkout would; who sits in front of it allows the code that it shows."""
    process = subprocess.Popen(
        ["bash", "-c", line.replace(ADDRESS, live.address)],
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = ""
    assert process.stdout is not None
    with process.stdout:
        for part in process.stdout:
            output += part
            code = re.fullmatch(r" {4}([B-Z]{4}-[B-Z]{4})\n", part)
            if code:
                allow(live, code[1])
    assert process.wait(60) == 0, f"{line}\n{output}"
    return output


def test_the_lines_of_the_tour_work_as_they_are_typed(live: LiveServer, tmp_path: Path) -> None:
    live.api("POST", "projects", json={"organisation": live.organisation(), "name": "digits", "template": "digits"})
    project = f"{live.organisation()}/digits"
    labels = (REPOSITORY / "examples" / "digits" / "labels.txt").read_text("utf-8").replace("7", "seven")
    live.api("PUT", f"projects/{project}/files/labels.txt", content=labels.encode())
    build = live.build(project)
    assert build["state"] == "succeeded", build
    live.publish(project, build["id"], "1.0")

    for name, place in ((".venv", Path(sys.prefix)), ("examples", REPOSITORY / "examples")):
        (tmp_path / name).symlink_to(place)
    login, pull, run = lines_of_the_tour()
    match = re.search(r'aria-label="Command line"><code>([^<]+)</code>', live.http.get(f"/{project}/published").text)
    assert match is not None
    assert match[1].splitlines()[0] == pull.removeprefix(".venv/bin/").replace(ADDRESS, live.address)
    assert f"Signed in to {live.address} as" in typed(live, login, tmp_path)
    typed(live, pull, tmp_path)
    outputs = json.loads(typed(live, run, tmp_path))
    assert ["seven"] in [tensor["elements"] for tensors in outputs.values() for tensor in tensors]
    tutorial = (REPOSITORY / "docs" / "tutorial.md").read_text("utf-8")
    assert f"```\n{login}\n{pull}\n```" in tutorial


def test_the_lines_of_the_command_alone_work_as_they_are_typed(tmp_path: Path) -> None:
    alone = README.read_text("utf-8").partition("## The command line alone")[2]
    block = re.findall(r"```\n(.*?)```", alone, re.DOTALL)[0]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    result = subprocess.run(
        ["bash", "-e", "-c", block],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "sine" / "sine.rune").is_file()
