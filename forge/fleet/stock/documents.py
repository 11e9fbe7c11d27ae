"""Answers of hawkBit's Direct Device Integration API. Pure.

Addresses name the tenant in capitals, because Zephyr's client looks for that in the address of an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from forge.fleet.hooks import StockImage
from forge.fleet.stock.models import StockAction

LONGEST_SLEEP: Final = 24 * 3600 - 1
"""The longest interval that a time of day expresses."""
_MD5SUM = ".MD5SUM"
_CHUNK = "bApp"
"""The only part that Zephyr's client takes."""


def poll_document(
    base: str,
    seconds: int,
    *,
    is_configured: bool,
    deployment: StockAction | None = None,
    stopped_action: StockAction | None = None,
    installed: StockAction | None = None,
) -> dict[str, Any]:
    """Returns the answer to a poll: the interval, and where to go on. `base` is the address of the client."""
    links = {} if is_configured else {"configData": f"{base}/configData"}
    if stopped_action is not None:
        links["cancelAction"] = f"{base}/cancelAction/{stopped_action.number}"
    elif deployment is not None:
        # The mark changes with the image, so that no cache answers for another one.
        links["deploymentBase"] = f"{base}/deploymentBase/{deployment.number}?c={deployment.image[-8:]}"
    if installed is not None:
        links["installedBase"] = f"{base}/installedBase/{installed.number}"
    hrefs = {name: {"href": href} for name, href in links.items()}
    return {"config": {"polling": {"sleep": sleep_text(seconds)}}, "_links": hrefs}


def action_document(base: str, action: StockAction, image: StockImage) -> dict[str, Any]:
    """Returns what a client shall install, or has installed."""
    address = f"{base}/softwaremodules/{action.number}/artifacts/{quote(image.name, safe='')}"
    artifact = {
        "filename": image.name,
        "hashes": {"sha1": image.sha1, "md5": image.md5, "sha256": image.digest.removeprefix("sha256:")},
        "size": image.size,
        "_links": _download_links(address),
    }
    name = action.path.replace("/", ".")
    chunk = {"part": _CHUNK, "version": action.version, "name": name, "artifacts": [artifact]}
    deployment = {"download": "forced", "update": "forced", "chunks": [chunk]}
    return {"id": str(action.number), "deployment": deployment}


def cancel_document(action: StockAction) -> dict[str, Any]:
    """Returns which action a client shall stop."""
    return {"id": str(action.number), "cancelAction": {"stopId": str(action.number)}}


def md5sum_name(filename: str) -> str | None:
    """Returns the image of which a file name asks for the MD5; None of any other."""
    return filename.removesuffix(_MD5SUM) if filename.endswith(_MD5SUM) else None


def sleep_text(seconds: int) -> str:
    """Returns an interval as hours, minutes and seconds."""
    minutes, rest = divmod(min(seconds, LONGEST_SLEEP), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def _download_links(address: str) -> Mapping[str, Mapping[str, str]]:
    """Returns the addresses of an image. Zephyr's client looks for `download-http` also where the address is one of
    HTTPS.
    """
    links = {"download-http": address, "md5sum-http": f"{address}{_MD5SUM}"}
    if address.startswith("https:"):
        links |= {"download": address, "md5sum": f"{address}{_MD5SUM}"}
    return {name: {"href": href} for name, href in links.items()}
