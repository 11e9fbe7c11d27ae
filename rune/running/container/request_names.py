"""Maps a rune's requests to stages of its graph. The ABI numbers requests; only the graph has names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rune.abi import OutputKind
from rune.capabilities import Capability
from rune.port import Port

REQUESTS: Final = "requests"
"""The member of our graphs that lists the stages of a section in the order in which the rune asks for them."""

WATCHED_PORTS: Final = "watched"
"""The member of `requests` that lists the wires whose tensors are sent as well, each through an output behind those
of the pipeline."""


def requested_stages(graph: Mapping[str, Any], section: str, kinds: Sequence[str]) -> tuple[str | None, ...]:
    """The stage of each request, in the order in which the rune makes them. `graph` is foreign JSON of any form.

    `section` is `capabilities` or `outputs`; `kinds` are those that the rune asks for, as the graph writes them
    (`sound`, `serial`). A graph of another compiler does not tell the order: there a request is known by its kind,
    where it is the only one. None for one that cannot be told from another.
    """
    stages = {name: _kind(stage) for name, stage in _mapping(graph.get(section)).items() if name}
    order = _texts(_mapping(graph.get(REQUESTS)).get(section))
    if len(order) == len(kinds) == len(set(order)) and [stages.get(name) for name in order] == list(kinds):
        return order
    return tuple(_only_one(stages, kind) if list(kinds).count(kind) == 1 else None for kind in kinds)


def streamed_requests(graph: Mapping[str, Any], kinds: Sequence[Capability]) -> tuple[bool, ...]:
    """For each capability that the rune asks for, whether it must be read without gaps and without overlap, as far as
    the graph, foreign JSON of any form, tells."""
    stages = _mapping(graph.get("capabilities"))
    names = requested_stages(graph, "capabilities", [kind.graph_type for kind in kinds])
    return tuple(name is not None and _mapping(stages.get(name)).get("stream") is True for name in names)


def watched_ports(graph: Mapping[str, Any], kinds: Sequence[OutputKind]) -> tuple[Port, ...]:
    """The wires that the last of a rune's outputs send, in their order. `graph` is foreign JSON of any form.

    `kinds` are those of all outputs that the rune asks for. Nothing is watched where the graph contradicts them.
    """
    requests = _mapping(graph.get(REQUESTS))
    entries = requests.get(WATCHED_PORTS)
    ports = tuple(map(_port, entries)) if isinstance(entries, list) else ()
    known_ports = tuple(port for port in ports if port is not None)
    is_known = len(set(known_ports)) == len(ports) and len(_texts(requests.get("outputs"))) + len(ports) == len(kinds)
    last_kinds = kinds[len(kinds) - len(ports) :]
    return known_ports if is_known and all(kind is OutputKind.TENSOR for kind in last_kinds) else ()


def _port(value: object) -> Port | None:
    wire = _mapping(value)
    stage, index = wire.get("stage"), wire.get("index")
    return Port(stage, index) if isinstance(stage, str) and stage and type(index) is int and index >= 0 else None


def _only_one(stages: Mapping[str, str | None], kind: str) -> str | None:
    alike = [name for name, each in stages.items() if each == kind]
    return alike[0] if len(alike) == 1 else None


def _kind(stage: object) -> str | None:
    kind = _mapping(stage).get("kind")
    name = kind.get("type") if isinstance(kind, Mapping) else kind
    return name.lower() if isinstance(name, str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
