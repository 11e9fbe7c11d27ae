"""Asking Hammer Forge for the data of a project: versions, recordings, labels and imports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast

import httpx

from rune.datasets.label_conflicts import ConflictChoice
from rune.datasets.positions import Positions, read_positions
from rune.tools.remote.api import ApiRequest, get, names_of, next_cursor, post, put
from rune.tools.remote.errors import RegistryRefused, RemoteNotFound, needed_token
from rune.tools.remote.forge_client import Answer, ForgeClient

if TYPE_CHECKING:
    from forge_api import (
        DataImportSendQuery,
        DataSamplesAddQuery,
        DataSamplesListQuery,
        DataVersionExportQuery,
        DataVersionsListQuery,
    )
    from forge_api.shapes import (
        DataAgreement,
        DataChange,
        DataEntry,
        DataImport,
        DataMarks,
        DataPurpose,
        DataVersion,
        NewDataImport,
        StartDataImport,
    )

T = TypeVar("T")
NEEDS = needed_token("project:read", "project:write")
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
    positions: Positions | None = None
    """The places of objects in a picture; None where nobody marked it."""


@dataclass(frozen=True)
class RemoteTerms:
    """The terms that a person reads before they give recordings."""

    purposes: Sequence[DataPurpose]
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
        self.names = names_of(project)

    def version(self, number: int | None) -> RemoteDataVersion:
        """Returns a version, by default the newest. Raises `RemoteNotFound` where there is none."""
        if number is not None:
            address: Final = "/projects/{organisation}/{name}/data/versions/{number}"
            return self._read(get(address, **self.names, number=number), _version)
        versions, _ = self._versions({"limit": 1})
        if not versions:
            raise RemoteNotFound(f"The data of {self.project} has no version. Save one on the page Data.", 404)
        return versions[0]

    def version_of(self, digest: str) -> RemoteDataVersion:
        """Returns the version with a digest. Raises `RemoteNotFound` where there is none."""
        query: DataVersionsListQuery | None = {"limit": _PAGE}
        while query is not None:
            versions, cursor = self._versions(query)
            for version in versions:
                if version.digest == digest:
                    return version
            query = None if cursor is None else {"limit": _PAGE, "cursor": cursor}
        raise RemoteNotFound(f"The data of {self.project} has no version {digest}.", 404)

    def _versions(self, query: DataVersionsListQuery) -> tuple[list[RemoteDataVersion], str | None]:
        """Versions, and where the next page begins."""
        return self._read(
            get("/projects/{organisation}/{name}/data/versions", **self.names, query=query),
            lambda page: ([_version(row) for row in page["results"]], next_cursor(page["next"])),
        )

    def entries(self, number: int) -> Iterator[VersionEntry]:
        """Yields the samples of a version, in the order of their numbers."""
        address: Final = "/projects/{organisation}/{name}/data/versions/{number}/samples"
        after = 0
        while True:
            entries, is_last = self._read(
                get(address, **self.names, number=number, query={"after": after, "limit": _PAGE}),
                lambda page: ([_entry(row) for row in page["results"]], page["next"] is None),
            )
            yield from entries
            if not entries or is_last:
                return
            after = entries[-1].number

    def download_export(
        self, number: int, layout: str, target: IO[bytes], *, after: int = 0, limit: int = 0, limit_bytes: int
    ) -> None:
        """Writes a version, or a part of it, as a ZIP file into `target`."""
        # The description's list of layouts is made of those of `rune.datasets`.
        query: DataVersionExportQuery = {"layout": cast("Any", layout), "after": after, "limit": limit}
        address: Final = "/projects/{organisation}/{name}/data/versions/{number}/export"
        self.stream(get(address, **self.names, number=number, query=query), target, limit_bytes, NEEDS)

    def terms(self, days: int) -> RemoteTerms:
        """Returns the terms of today."""
        return self._read(
            get("/projects/{organisation}/{name}/data/terms", **self.names, query={"days": days}),
            lambda answer: RemoteTerms(tuple(answer["purposes"]), days, str(answer["text"])),
        )

    def agree(self, terms: RemoteTerms) -> str:
        """Agrees to terms that a person read; returns the consent."""
        body: DataAgreement = {"purposes": list(terms.purposes), "days": terms.days, "text": terms.text}
        request = post("/projects/{organisation}/{name}/data/consents", **self.names, body=body)
        return self._read(request, lambda answer: str(answer["id"]))

    def revision(self) -> int:
        """Returns how many changes the data had."""
        request = get("/projects/{organisation}/{name}/data", **self.names)
        return self._read(request, lambda answer: int(answer["revision"]))

    def labels(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Returns the present labels of samples, by number; those that were deleted are missing."""
        labels: dict[int, str] = {}
        for start in range(0, len(numbers), _PAGE):
            query: DataSamplesListQuery = {
                "numbers": ",".join(map(str, numbers[start : start + _PAGE])),
                "limit": _PAGE,
            }
            labels |= self._read(
                get("/projects/{organisation}/{name}/data/samples", **self.names, query=query),
                lambda page: {int(row["number"]): str(row["label"]) for row in page["results"]},
            )
        return labels

    def mark(self, labels: Mapping[int, str], revision: int) -> None:
        """Changes labels, unless somebody changed one of these samples since that revision of the data."""
        changes: list[DataChange] = [{"number": number, "label": label} for number, label in sorted(labels.items())]
        body: DataMarks = {"revision": revision, "changes": changes}
        self._ask(post("/projects/{organisation}/{name}/data/samples/marks", **self.names, body=body))

    def add(self, consent: str, data: bytes, sample: NewSample) -> int | None:
        """Adds a recording; returns its number, or None if the data has a sample with the same bytes."""
        query: DataSamplesAddQuery = {"consent": consent}
        if sample.alone:
            query["alone"] = True
        if sample.label:
            query["label"] = sample.label
        if sample.group:
            query["group"] = sample.group
        if sample.device:
            query["device"] = sample.device
        request = post("/projects/{organisation}/{name}/data/samples", **self.names, query=query, content=data)
        try:
            return self._read(request, lambda answer: int(answer["number"]))
        except RegistryRefused as error:
            if error.status == httpx.codes.CONFLICT and error.title == "This sample already exists":
                return None
            raise

    def begin_import(self, consent: str, size: int, sample: NewSample) -> DataImport:
        """Begins an import of a ZIP file with so many bytes."""
        body: NewDataImport = {
            "consent": consent,
            "size": size,
            "group": sample.group,
            "alone": sample.alone,
            "device": sample.device,
        }
        return self._ask(post("/projects/{organisation}/{name}/data/imports", **self.names, body=body))

    def find_import(self, identifier: str) -> DataImport:
        """Returns an import as it is now."""
        address: Final = "/projects/{organisation}/{name}/data/imports/{import_id}"
        return self._ask(get(address, **self.names, import_id=identifier))

    def send_piece(self, identifier: str, offset: int, chunks: Callable[[], Iterable[bytes]]) -> DataImport:
        """Sends the next piece of an archive."""
        address: Final = "/projects/{organisation}/{name}/data/imports/{import_id}/bytes"
        query: DataImportSendQuery = {"offset": offset}
        return self._ask_anew(lambda: put(address, **self.names, import_id=identifier, query=query, content=chunks()))

    def start_import(
        self, identifier: str, labels: Sequence[str], settle_all: ConflictChoice | None = None
    ) -> DataImport:
        """Adds the recordings of an archive, those with one of `labels` if there are any. `settle_all` says what
        becomes of recordings with several labels."""
        address: Final = "/projects/{organisation}/{name}/data/imports/{import_id}/start"
        body: StartDataImport = {"labels": list(labels)} if labels else {}
        if settle_all is not None:
            body["settle_all"] = settle_all.value
        return self._ask(post(address, **self.names, import_id=identifier, body=body))

    def _read(self, request: ApiRequest[Answer], read: Callable[[Answer], T]) -> T:
        """Returns the result of `read`. The answer may be anything: the server chose it."""
        answer = self._ask(request)
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise RegistryRefused(f"{self.url} did not answer as Hammer Forge does") from None

    def _ask(self, request: ApiRequest[Answer]) -> Answer:
        return self._ask_anew(lambda: request)

    def _ask_anew(self, request: Callable[[], ApiRequest[Answer]]) -> Answer:
        """Asks again after a pause where the server limits requests, with what it sends made anew."""
        for pauses_left in reversed(range(_MAX_PAUSES)):
            try:
                return self.ask(request(), NEEDS)
            except RegistryRefused as error:
                if error.status != httpx.codes.TOO_MANY_REQUESTS or not pauses_left:
                    raise
            time.sleep(_PAUSE)
        raise AssertionError("the last attempt returns or raises")


def _version(row: DataVersion) -> RemoteDataVersion:
    return RemoteDataVersion(int(row["number"]), str(row["digest"]))


def _entry(row: DataEntry) -> VersionEntry:
    group = row["group"]
    return VersionEntry(
        int(row["number"]),
        str(row["digest"]),
        str(row["label"]),
        str(row["split"]),
        "" if group is None else f"group-{int(group)}",
        bool(row["deleted"]),
        read_positions(row.get("positions")),
    )
