"""Checks that a rune runs on this device, and computes what the approved build does."""

from __future__ import annotations

from collections.abc import Mapping

from hmrd.config.model import RuneConfig
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import SelfTestOutcome
from hmrd.protocol.wanted import ApprovedOutputs
from hmrd.running.failure import problem_of
from rune.running.container import ContainerError, read_graph, read_watch
from rune.running.runtime import Limits, Runtime
from rune.running.runtime.errors import RuneError
from rune.running.runtime.self_test import self_test
from rune.tools.api.ports import inputs_of
from rune.watch.layout import WatchLayout
from rune.watch.record import WatchRecord

_ANY_SEED = 1


def check_rune(
    data: bytes, approved_outputs: ApprovedOutputs | None, seconds: float
) -> SelfTestOutcome | DeviceProblem:
    """Runs a rune on the inputs of the approved build's seed, and compares the outputs."""
    try:
        result = self_test(data, _ANY_SEED if approved_outputs is None else approved_outputs.seed, limits(seconds))
    except RuneError as error:
        return problem_of(error, seconds)
    if approved_outputs is None or not result.outputs:
        return SelfTestOutcome.NOT_VERIFIED
    if result.outputs == approved_outputs.outputs:
        return SelfTestOutcome.PASSED
    return DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ from those of the approved build.")


def record_of(data: bytes) -> WatchRecord:
    """Returns the bins in which a rune counts, with its reference. One that counts nothing has neither."""
    try:
        return read_watch(data) or WatchRecord(WatchLayout(None, None))
    except ContainerError:
        return WatchRecord(WatchLayout(None, None))


def layout_of(data: bytes) -> WatchLayout:
    """Returns the bins in which a rune counts. One that counts nothing has none."""
    return record_of(data).layout


def missing_source(data: bytes, config: RuneConfig) -> str | None:
    """Returns the name of an input that nothing feeds; None if each has a source."""
    try:
        loaded_rune = Runtime.load(data, limits(config.seconds))
    except RuneError:
        return None  # The self-test reports the problem.
    try:
        ports = inputs_of(graph_of(data), loaded_rune.capabilities)
    finally:
        loaded_rune.close()
    return next((name for name, port in ports.items() if not port.optional and name not in config.sources), None)


def graph_of(data: bytes) -> Mapping[str, object]:
    """Returns the graph of a rune, which says the names of its inputs; an empty one where it has none."""
    try:
        return read_graph(data) or {}
    except ContainerError:
        return {}


def outputs_for(data: bytes, seed: int, seconds: float) -> str | DeviceProblem:
    """Returns the digest of a rune's outputs for the inputs of a seed; "" where they depend on the host's libraries."""
    try:
        return self_test(data, seed, limits(seconds)).outputs
    except RuneError as error:
        return problem_of(error, seconds)


def limits(seconds: float) -> Limits:
    """Returns the limits of a rune on this device."""
    return Limits(seconds=seconds, fuel=None)
