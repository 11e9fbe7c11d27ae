"""The trust of a device, and the limits of a server that somebody took over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.orders import (
    KeysOrder,
    LeaveOrder,
    MoveOrder,
    Order,
    OrderRefused,
    RunOrder,
    read_order,
    sign_order,
)
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.wanted import DesiredState, WantedRune
from hmrd.trust import PinnedTrust, TrustJudgement, judge, may_leave
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key

HOME, SERVER = make_private_key(Algorithm.ED25519), make_private_key(Algorithm.ED25519)
HERE, ELSEWHERE = "acme/door-knock/gateways", "acme/door-knock/laboratory"
DEVICE = "0b0e2f1c-7f7e-4f0e-9d0e-3d2f5a6b7c8d"
RUNE = f"sha256:{'a' * 64}"
PINNED = PinnedTrust(TrustKind.HOME, "acme", DEVICE, keys=(HOME.public.pem,), deployment=HERE)


def wanted(number: int = 5, deployment: str = HERE, rune: str = RUNE) -> WantedRune:
    return WantedRune(deployment, number, f"1.{number}", rune, 1000)


def order_for(rune: WantedRune) -> RunOrder:
    return RunOrder(rune.deployment, rune.number, rune.version, rune.rune, rune.size)


def answer(rune: WantedRune | None, *orders: Order, key: PrivateKey = HOME) -> DesiredState:
    return DesiredState(rune, 60, orders=tuple(sign_order(each, key) for each in orders))


def refused(judgement: TrustJudgement) -> bool:
    return judgement.refusal is not None and judgement.refusal.name is ProblemName.ORDER_REFUSED


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_release_with_its_order_is_allowed(algorithm: Algorithm) -> None:
    key = make_private_key(algorithm)
    trust = replace(PINNED, keys=(key.public.pem,))
    assert judge(trust, answer(wanted(), order_for(wanted()), key=key), 0).refusal is None


@pytest.mark.protects("devices/taken-over-servers")
def test_a_release_without_an_order_is_refused() -> None:
    assert refused(judge(PINNED, answer(wanted()), 0))


@pytest.mark.protects("devices/taken-over-servers")
def test_an_order_of_the_servers_own_key_is_refused() -> None:
    assert refused(judge(PINNED, answer(wanted(), order_for(wanted()), key=SERVER), 0))


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 6},
        {"version": "2.0"},
        {"rune": f"sha256:{'b' * 64}"},
        {"size": 1001},
        {"deployment": ELSEWHERE},
    ],
)
def test_an_order_for_anything_else_is_refused(changed: dict[str, object]) -> None:
    other = RunOrder(**{**vars(order_for(wanted())), **changed})
    assert refused(judge(PINNED, answer(wanted(), other), 0))


@pytest.mark.protects("devices/taken-over-servers")
def test_an_order_for_another_deployment_moves_no_device() -> None:
    there = wanted(deployment=ELSEWHERE)
    assert refused(judge(PINNED, answer(there, order_for(there)), 0))


def test_the_first_order_binds_a_device_to_its_deployment() -> None:
    judgement = judge(replace(PINNED, deployment=""), answer(wanted(), order_for(wanted())), 0)
    assert (judgement.refusal, judgement.trust.deployment) == (None, HERE)


def test_a_signed_move_binds_it_to_another_deployment() -> None:
    there = wanted(deployment=ELSEWHERE)
    judgement = judge(PINNED, answer(there, MoveOrder(HERE, ELSEWHERE, 9), order_for(there)), 9)
    assert (judgement.refusal, judgement.trust.deployment) == (None, ELSEWHERE)


def test_a_move_that_somebody_kept_from_earlier_is_not_repeated() -> None:
    there = wanted(deployment=ELSEWHERE)
    assert refused(judge(PINNED, answer(there, MoveOrder(HERE, ELSEWHERE, 3), order_for(there)), 9))


def test_keys_change_by_an_order_of_the_former_key_and_never_back() -> None:
    new = make_private_key(Algorithm.ED25519)
    change = KeysOrder("acme", 2, (new.public.pem,), f"sha256:{'c' * 64}")
    trust = judge(PINNED, answer(None, change), 0).trust
    assert (trust.keys, trust.root) == ((new.public.pem,), f"sha256:{'c' * 64}")
    assert judge(trust, answer(wanted(), order_for(wanted()), key=new), 0).refusal is None
    back = KeysOrder("acme", 1, (HOME.public.pem,))
    assert judge(trust, answer(None, back, key=new), 0).trust == trust
    assert judge(trust, answer(None, change), 0).trust == trust


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (KeysOrder("acme", 2, (SERVER.public.pem,)), SERVER),
        (KeysOrder("beta", 2, (SERVER.public.pem,)), HOME),
    ],
)
def test_nobody_else_changes_the_keys(order: KeysOrder, key: PrivateKey) -> None:
    assert judge(PINNED, answer(None, order, key=key), 0).trust == PINNED


@pytest.mark.protects("devices/taken-over-servers")
def test_a_device_leaves_only_by_its_own_order() -> None:
    assert not may_leave(PINNED, answer(None))
    assert not may_leave(PINNED, answer(None, LeaveOrder("acme", DEVICE), key=SERVER))
    assert not may_leave(PINNED, answer(None, LeaveOrder("acme", DEVICE.replace("0", "1"))))
    assert may_leave(PINNED, answer(None, LeaveOrder("acme", DEVICE)))


def test_with_the_keys_of_the_server_its_word_counts() -> None:
    trust = replace(PINNED, kind=TrustKind.SERVER, keys=())
    assert judge(trust, answer(wanted()), 0).refusal is None
    assert may_leave(trust, answer(None))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"payload":"AA","signatures":[]}', "x" * 20_000])
def test_a_text_that_is_no_envelope_is_refused(text: str) -> None:
    with pytest.raises(OrderRefused):
        read_order(text, (HOME.public.pem,))


def test_an_envelope_of_another_type_is_refused() -> None:
    envelope = sign_order(order_for(wanted()), HOME).replace("order.v1", "order.v9")
    with pytest.raises(OrderRefused):
        read_order(envelope, (HOME.public.pem,))


@pytest.mark.protects("devices/taken-over-servers")
def test_a_rune_that_runs_beside_needs_its_order_too() -> None:
    beside = wanted(6, rune=f"sha256:{'b' * 64}")
    first, second = order_for(wanted()), order_for(beside)
    judgement = judge(PINNED, replace(answer(wanted(), first), shadow=beside), 0)
    assert judgement.refusal is None
    assert judgement.shadow_refusal is not None
    assert judgement.shadow_refusal.name is ProblemName.ORDER_REFUSED
    assert judge(PINNED, replace(answer(wanted(), first, second), shadow=beside), 0).shadow_refusal is None
    forged = judge(PINNED, replace(answer(wanted(), first, second, key=SERVER), shadow=beside), 0)
    assert forged.shadow_refusal is not None
    # It moves the device nowhere.
    there = wanted(6, ELSEWHERE)
    elsewhere = judge(PINNED, replace(answer(None, order_for(there)), shadow=there), 0)
    assert elsewhere.shadow_refusal is not None
    assert elsewhere.trust == PINNED


def test_the_servers_own_devices_take_what_its_documents_allow() -> None:
    trust = PinnedTrust(TrustKind.SERVER, "acme", DEVICE)
    assert judge(trust, replace(answer(wanted()), shadow=wanted(6)), 0).shadow_refusal is None
