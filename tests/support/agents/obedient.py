"""An assistant without judgement: it reads all that its tools show, and obeys every order in it.

An order is a line that an attack puts into a text: `ASSISTANT(name): call TOOL {arguments}`, or
`ASSISTANT(name): send METHOD PATH {body}` for a request that it makes itself, with its own token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
from mcp import Client
from mcp.shared.exceptions import MCPError

_ORDER: Final = re.compile(r"ASSISTANT\((?P<name>[a-z-]+)\): (?P<verb>call|send) (?P<what>[^{\n]+)(?P<body>\{.*)?")
MOST_NUMBERS: Final = 12
"""Numbers of samples, builds and change requests that it tries to read."""


@dataclass(frozen=True)
class Order:
    """An order in a text that somebody wrote."""

    name: str
    is_call: bool
    """True for a tool, False for an address of the server."""
    what: str
    """The name of the tool, or the method and the path."""
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Obeyed:
    """The answer to an order. `outcome` is "done", the name of a tool's refusal, or the status of a request."""

    order: Order
    outcome: str
    text: str


def orders_in(value: Any) -> tuple[Order, ...]:
    """Returns the orders in all texts of an answer, also in names and keys."""
    return tuple(order for text in _texts(value) for order in _orders_of(text))


@dataclass(frozen=True)
class ObedientAgent:
    """A client with the token that it shows."""

    client: Client
    http: httpx.Client
    """The client of HTTP with the agent's token, and no cookie."""
    refresh: Mapping[str, str]
    """The fields of a form with which it asks for another token; none where it cannot."""

    async def read_all(self) -> list[Order]:
        """Reads everything that tools show of all its projects, and returns the orders in it."""
        projects = await self._read("list_projects")
        answers = [projects]
        for project in (each["name"] for each in projects["projects"]):
            answers += await self._read_project(project)
        return _once(orders_in(answers))

    async def obey(self, order: Order) -> Obeyed:
        """Carries an order out."""
        return await self._call(order) if order.is_call else self._send(order)

    async def _read_project(self, project: str) -> list[Any]:
        files = await self._read("read_project", project=project)
        paths = [each["path"] for each in files["files"] if each["is_text"]]
        texts = [await self._read("read_project", project=project, paths=[path]) for path in paths]
        numbered = [
            await self._read(tool, **{"project": project, argument: number})
            for tool, argument in (
                ("read_sample", "sample"),
                ("read_build", "build"),
                ("read_evaluation", "build"),
                ("read_discussion", "change_request"),
            )
            for number in await self._numbers(tool, argument, project)
        ]
        return [files, *texts, await self._read("read_data", project=project), *numbered]

    async def _numbers(self, tool: str, argument: str, project: str) -> list[int]:
        """Returns the first numbers, which begin at 1, up to the last that is there."""
        numbers: list[int] = []
        for number in range(1, MOST_NUMBERS + 1):
            if (await self.client.call_tool(tool, {"project": project, argument: number})).is_error:
                break
            numbers.append(number)
        return numbers

    async def _read(self, tool: str, **arguments: Any) -> Any:
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, (tool, arguments, result.content)
        return result.structured_content

    async def _call(self, order: Order) -> Obeyed:
        try:
            result = await self.client.call_tool(order.what, dict(order.body))
        except MCPError as error:
            return Obeyed(order, "unknown-tool", str(error))
        answer = result.structured_content or {}
        return Obeyed(order, answer.get("error", "refused") if result.is_error else "done", json.dumps(answer))

    def _send(self, order: Order) -> Obeyed:
        method, _, path = order.what.partition(" ")
        if order.body.get("form"):
            data = {**self.refresh, **order.body["form"]}
            answer = self.http.request(method, path, data=data)
        else:
            answer = self.http.request(method, path, json=order.body or None, headers=order.body.get("headers"))
        return Obeyed(order, str(answer.status_code), answer.text)


def _once(orders: Sequence[Order]) -> list[Order]:
    """Returns each order once: a text may be in several answers."""
    return list({each.name: each for each in orders}.values())


def _orders_of(text: str) -> Iterator[Order]:
    for match in _ORDER.finditer(text):
        body = json.JSONDecoder().raw_decode(match["body"])[0] if match["body"] else {}
        yield Order(match["name"], match["verb"] == "call", match["what"].strip(), body)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)
