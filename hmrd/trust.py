"""The trust of a device: the keys that it pinned when it enrolled, and whether it may do what the server wants. Pure.

With the server's keys, the documents of The Update Framework decide, which are checked before a rune is loaded. With a
key at home, a signed order has to say the same as the server, and only a signed order or a person at the device changes
the keys, the root, the deployment or the organisation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from hmrd.protocol.enrolment import TrustAnchor, TrustKind
from hmrd.protocol.orders import KeysOrder, LeaveOrder, MoveOrder, Order, OrderRefused, RunOrder, read_order
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import DesiredState, WantedRune
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import read_public_key


@dataclass(frozen=True)
class PinnedTrust:
    """The trust that a device pinned. It is on its disk, and a server does not change it without a signed order."""

    kind: TrustKind
    organisation: str
    device: str
    """The id of the device."""
    root: str = ""
    """The digest of the root document of the organisation's deployments; "" until one was signed."""
    keys: tuple[str, ...] = ()
    """The public keys at home, as PEM."""
    deployment: str = ""
    """The deployment that its orders are about; "" before the first order."""
    keys_number: int = 0
    """The number of the last order about keys."""


@dataclass(frozen=True)
class TrustJudgement:
    """The judgement of a device about an answer of the server."""

    trust: PinnedTrust
    """The trust from now on, which signed orders alone change."""
    refusal: DeviceProblem | None = None
    """The reason why the device does not run the wanted rune; None where it may."""
    shadow_refusal: DeviceProblem | None = None
    """The reason why the device does not run a rune beside it; None where it may, or where none is wanted."""


class TrustRefused(Exception):
    """The server names other keys than the person at the device expects. The text says which."""


def fingerprints_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Returns the fingerprints of public keys in PEM, as `sha256:` and hexadecimal digits. Raises `TrustRefused` for a
    text that is no key."""
    try:
        return tuple(read_public_key(key.encode()).fingerprint for key in keys)
    except BadKey as error:
        raise TrustRefused(f"A key cannot be read: {error}") from None


def require_keys(trust: TrustAnchor, expected: Collection[str]) -> None:
    """Raises `TrustRefused` unless the server names keys at home, and no other ones than the person expects."""
    if trust.kind is not TrustKind.HOME:
        raise TrustRefused("The server wants this device to believe its own keys, and not a key at home.")
    unexpected = sorted(set(fingerprints_of(trust.keys)) - set(expected))
    if unexpected or not trust.keys:
        raise TrustRefused(f"The server names other keys than you expect: {', '.join(unexpected) or 'none'}.")


def judge(trust: PinnedTrust, desired: DesiredState, confirmed: int) -> TrustJudgement:
    """Judges what a server wants. `confirmed` is the highest release of the pinned deployment that was confirmed."""
    if trust.kind is TrustKind.SERVER:
        return TrustJudgement(trust)
    trust, orders = _with_orders(trust, desired.orders, confirmed)
    refusal = None if desired.wanted is None else _refusal(trust, desired.wanted, orders)
    if desired.wanted is not None and refusal is None:
        trust = replace(trust, deployment=desired.wanted.deployment)
    # A rune that runs beside runs: it needs the same order, and it moves the device to no other deployment.
    shadow_refusal = None if desired.shadow is None else _refusal(trust, desired.shadow, orders)
    return TrustJudgement(trust, refusal, shadow_refusal)


def _refusal(trust: PinnedTrust, wanted_rune: WantedRune, orders: Iterable[Order]) -> DeviceProblem | None:
    """Returns why no order of the keys at home allows a rune; None if one does."""
    if trust.deployment and wanted_rune.deployment != trust.deployment:
        detail = f"This device belongs to {trust.deployment}, and no order moves it to {wanted_rune.deployment}."
        return DeviceProblem(ProblemName.ORDER_REFUSED, detail)
    if not any(_is_for(order, wanted_rune) for order in orders):
        detail = f"No order of the key at home is for release {wanted_rune.number} ({wanted_rune.version})."
        return DeviceProblem(ProblemName.ORDER_REFUSED, detail)
    return None


def may_leave(trust: PinnedTrust, desired: DesiredState) -> bool:
    """Returns whether a device may leave its organisation because the server asks for it."""
    if trust.kind is TrustKind.SERVER:
        return True
    _, orders = _with_orders(trust, desired.orders, 0)
    return any(order == LeaveOrder(trust.organisation, trust.device) for order in orders)


def _with_orders(trust: PinnedTrust, envelopes: tuple[str, ...], confirmed: int) -> tuple[PinnedTrust, list[Order]]:
    """Returns the trust after the orders about keys and deployments, and all orders that pinned keys signed."""
    orders: list[Order] = []
    for envelope in envelopes:
        for order in _signed(trust, envelope):
            orders.append(order)
            trust = _applied(trust, order, confirmed)
    return trust, orders


def _signed(trust: PinnedTrust, envelope: str) -> Iterator[Order]:
    try:
        yield read_order(envelope, trust.keys)
    except OrderRefused:
        return


def _applied(trust: PinnedTrust, order: Order, confirmed: int) -> PinnedTrust:
    match order:
        case KeysOrder(organisation=organisation, number=number) if organisation == trust.organisation:
            if number <= trust.keys_number:
                return trust
            return replace(trust, keys=order.keys, keys_number=number, root=order.root or trust.root)
        case MoveOrder(deployment=deployment, to=to, number=number) if deployment == trust.deployment:
            # An old order that somebody kept is about a release that was left behind.
            return replace(trust, deployment=to) if number >= confirmed else trust
        case _:
            return trust


def _is_for(order: Order, wanted_rune: WantedRune) -> bool:
    """Returns whether an order is for this very release."""
    return order == RunOrder(
        wanted_rune.deployment, wanted_rune.number, wanted_rune.version, wanted_rune.rune, wanted_rune.size
    )
