"""Asking Hammer Forge for the data of a project: versions, recordings, labels and imports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx

from rune.tools.remote.errors import RegistryRefused, RemoteNotFound
from rune.tools.remote.forge_client import ForgeClient

NEEDS = "It needs a token with the scopes project:read and project:write, of the page Tokens of your account."
_PAGE = 200
_PAUSE = 5.0
"""Seconds until a server that limits requests is asked again."""
_MAX_PAUSES = 24


@dataclass(frozen=True)
class RemoteDataVersion:
    """A version of a project's data."""

    number: int
    digest: str


@dataclass(frozen=True)
class VersionEntry:
    """A sample as a version has it."""

    number: int
    digest: str
    label: str
    split: str
    group: str
    is_deleted: bool


@dataclass(frozen=True)
class RemoteTerms:
    """The terms that a person reads before they give recordings."""

    purposes: Sequence[str]
    days: int
    text: str


@dataclass(frozen=True)
class NewSample:
    """The data of a recording that is sent."""

    label: str
    group: str = ""
    alone: bool = False
    device: str = ""


class DataClient(ForgeClient):
    """The data of one project. Its methods raise as `ForgeClient.request` does."""

    def __init__(self, url: str, token: str | None, project: str) -> None:
        super().__init__(url, token)
        self.project = project
        self._data = f"/projects/{quote(project)}/data"

    def version(self, number: int | None) -> RemoteDataVersion:
        """Returns a version, by default the newest. Raises `RemoteNotFound` where there is none."""
        if number is not None:
            return _version(self._ask("GET", f"/versions/{number}"))
        rows = self._ask("GET", "/versions?limit=1").get("results")
        if not isinstance(rows, list) or not rows:
            raise RemoteNotFound(f"The data of {self.project} has no version. Save one on the page Data.", 404)
        return _version(rows[0])

    def version_of(self, digest: str) -> RemoteDataVersion:
        """Returns the version with a digest. Raises `RemoteNotFound` where there is none."""
        path: str | None = f"/versions?limit={_PAGE}"
        while path is not None:
            answer = self._ask("GET", path)
            rows = answer.get("results")
            for row in rows if isinstance(rows, list) else []:
                if row.get("digest") == digest:
                    return _version(row)
            cursor = parse_qs(urlsplit(str(answer.get("next") or "")).query).get("cursor")
            path = None if cursor is None else f"/versions?{urlencode({'limit': _PAGE, 'cursor': cursor[0]})}"
        raise RemoteNotFound(f"The data of {self.project} has no version {digest}.", 404)

    def entries(self, number: int) -> Iterator[VersionEntry]:
        """Yields the samples of a version, in the order of their numbers."""
        after = 0
        while True:
            answer = self._ask("GET", f"/versions/{number}/samples?after={after}&limit={_PAGE}")
            rows = answer.get("results")
            entries = [_entry(row) for row in rows] if isinstance(rows, list) else []
            yield from entries
            if not entries or answer.get("next") is None:
                return
            after = entries[-1].number

    def download_export(
        self, number: int, layout: str, target: IO[bytes], *, after: int = 0, limit: int = 0, limit_bytes: int
    ) -> None:
        """Writes a version, or a part of it, as a ZIP file into `target`."""
        query = urlencode({"layout": layout, "after": after, "limit": limit})
        self.stream(f"{self._data}/versions/{number}/export?{query}", target, limit_bytes, NEEDS)

    def terms(self, days: int) -> RemoteTerms:
        """Returns the terms of today."""
        answer = self._ask("GET", f"/terms?days={days}")
        return RemoteTerms([str(each) for each in answer.get("purposes", [])], days, str(answer.get("text", "")))

    def agree(self, terms: RemoteTerms) -> str:
        """Agrees to terms that a person read; returns the consent."""
        body = {"purposes": list(terms.purposes), "days": terms.days, "text": terms.text}
        return str(self._ask("POST", "/consents", body)["id"])

    def revision(self) -> int:
        """Returns how many changes the data had."""
        return int(self._ask("GET", "")["revision"])

    def labels(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Returns the present labels of samples, by number; those that were deleted are missing."""
        labels: dict[int, str] = {}
        for start in range(0, len(numbers), _PAGE):
            query = urlencode({"numbers": ",".join(map(str, numbers[start : start + _PAGE])), "limit": _PAGE})
            rows = self._ask("GET", f"/samples?{query}").get("results", [])
            labels |= {int(row["number"]): str(row["label"]) for row in rows}
        return labels

    def mark(self, labels: Mapping[int, str], seen: int) -> None:
        """Changes labels, unless somebody changed one of these samples since the revision `seen`."""
        changes = [{"number": number, "label": label} for number, label in sorted(labels.items())]
        self._ask("POST", "/samples/marks", {"seen": seen, "changes": changes})

    def add(self, consent: str, data: bytes, sample: NewSample) -> int | None:
        """Adds a recording; returns its number, or None if the data has a sample with the same bytes."""
        words = {"label": sample.label, "group": sample.group, "device": sample.device}
        query = {"consent": consent, **({"alone": "true"} if sample.alone else {})}
        query |= {name: text for name, text in words.items() if text}
        try:
            return int(self._ask("POST", f"/samples?{urlencode(query)}", content=data)["number"])
        except RegistryRefused as error:
            if error.status == httpx.codes.CONFLICT and error.title == "This sample already exists":
                return None
            raise

    def begin_import(self, consent: str, size: int, sample: NewSample) -> dict[str, Any]:
        """Begins an import of a ZIP file with so many bytes."""
        body = {"consent": consent, "size": size, "group": sample.group, "alone": sample.alone, "device": sample.device}
        return self._ask("POST", "/imports", body)

    def find_import(self, identifier: str) -> dict[str, Any]:
        """Returns an import as it is now."""
        return self._ask("GET", f"/imports/{quote(identifier, safe='')}")

    def send_piece(self, identifier: str, offset: int, chunks: Callable[[], Iterable[bytes]]) -> dict[str, Any]:
        """Sends the next piece of an archive."""
        return self._ask("PUT", f"/imports/{quote(identifier, safe='')}/bytes?offset={offset}", content=chunks)

    def start_import(self, identifier: str, labels: Sequence[str]) -> dict[str, Any]:
        """Adds the recordings of an archive, those with one of `labels` if there are any."""
        body = {"labels": list(labels)} if labels else {}
        return self._ask("POST", f"/imports/{quote(identifier, safe='')}/start", body)

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content: bytes | Callable[[], Iterable[bytes]] | None = None,
    ) -> dict[str, Any]:
        """Asks again after a pause where the server limits requests."""
        for pauses_left in reversed(range(_MAX_PAUSES)):
            try:
                sent = content() if callable(content) else content
                return self.request(method, f"{self._data}{path}", body, content=sent, needs=NEEDS)
            except RegistryRefused as error:
                if error.status != httpx.codes.TOO_MANY_REQUESTS or not pauses_left:
                    raise
            except (KeyError, TypeError, ValueError):
                raise RegistryRefused(f"{self.url} did not answer as Hammer Forge does") from None
            time.sleep(_PAUSE)
        raise AssertionError("the last attempt returns or raises")


def _version(row: Any) -> RemoteDataVersion:
    return RemoteDataVersion(int(row["number"]), str(row["digest"]))


def _entry(row: Any) -> VersionEntry:
    group = row["group"]
    return VersionEntry(
        int(row["number"]),
        str(row["digest"]),
        str(row["label"]),
        str(row["split"]),
        "" if group is None else f"group-{int(group)}",
        bool(row["deleted"]),
    )
