"""Errors of devices, and of what lets them join."""

from __future__ import annotations

from forge.core.errors import Conflict, Invalid, QuotaReached
from rune.wording import counted


class BadDeviceName(Invalid):
    """A name outside the grammar."""

    title = "This name cannot be used"

    def __init__(self) -> None:
        detail = (
            "A name has lower-case letters and digits, with single - . or _ between them, such as gate-7. It is not "
            "claim, do, groups or labels: those are pages."
        )
        super().__init__(detail, errors={"name": [detail]})


class BadBoardName(Invalid):
    """The name of a board outside the grammar."""

    title = "This board cannot be used"

    def __init__(self) -> None:
        detail = (
            "The name of a board has lower-case letters and digits, with single - . or _ between them, such as "
            "linux-armv7l."
        )
        super().__init__(detail, errors={"board": [detail]})


class BadLabels(Invalid):
    """Labels outside the grammar, or too many."""

    title = "These labels cannot be used"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"labels": [detail]})


class TooManyLabels(BadLabels):
    """A device would have more labels than it may."""

    def __init__(self, device: str, count: int, most: int) -> None:
        super().__init__(f"{device} would have {count} labels; a device has at most {most}.")
        self.device = device


class DeviceNameInUse(Conflict):
    """Another device of the organisation has the name."""

    title = "The name is taken"

    def __init__(self, name: str) -> None:
        detail = f"The organisation has a device named {name}. Choose another name."
        super().__init__(detail, errors={"name": [detail]})


class DeviceKeyInUse(Conflict):
    """A device with this key joined before."""

    title = "The key is taken"

    def __init__(self) -> None:
        super().__init__("A device with this key joined before. Run `hmrd leave` on it, so that it makes a new key.")


class DeviceQuotaReached(QuotaReached):
    """The organisation has as many devices as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The organisation has {counted(limit, 'device')}, which is the limit. Retire one, or ask the operator of "
            "this server for more."
        )


class TooManyOpen(Conflict):
    """The organisation has as many open codes, labels or batches as it may."""

    title = "Too many are open"


class NoKeyAtHome(Conflict):
    """Devices shall believe a key at home, and the organisation has none."""

    title = "There is no key at home"

    def __init__(self) -> None:
        super().__init__(
            "The organisation has no key that it keeps at home. Add the public half of one in its settings, under "
            "Signing, and try again."
        )


class NotInService(Conflict):
    """A device that was retired or locked out is not asked for anything."""

    title = "The device is not in service"


class RequestPending(Conflict):
    """The device has not answered the same request yet."""

    title = "The device was asked already"


class NothingRuns(Conflict):
    """A self-test needs a rune that runs."""

    title = "Nothing runs on the device"


class AnswersNoRequests(Conflict):
    """The device has an update client of another project."""

    title = "The device answers no requests"

    def __init__(self) -> None:
        super().__init__("The device has a stock client, which takes updates and answers no requests.")


class NoStockAccount(Conflict):
    """The device has a key, and no account of a stock client."""

    title = "The device has no stock client"

    def __init__(self) -> None:
        super().__init__("The device joined with a key of its own. An account is for a device with a stock client.")


class NothingFailed(Conflict):
    """Nothing that is still wanted has failed."""

    title = "Nothing has failed"


class OrderNeeded(Invalid):
    """A device that believes a key at home goes to another organisation by an order of that key alone."""

    title = "The order of the key at home is missing"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"order": [detail]})
