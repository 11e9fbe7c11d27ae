"""Totals: each document once, in the groups of its device at that moment, and what people read of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import fastparquet
import pandas  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from forge.accounts.models import Organisation, User
from forge.fleet.groups.actions import create_group
from forge.fleet.groups.membership import assign_devices
from forge.fleet.hooks import device_handed_over
from forge.fleet.models import Device
from forge.telemetry.models import DayTotal, DeploymentTelemetry, DeviceCounts, WatchedRune
from forge.telemetry.retention import delete_old
from forge.telemetry.switch.actions import turn_off
from forge.telemetry.totals import merging, tables
from forge.telemetry.totals.merging import merge_all, merge_batch
from forge.telemetry.totals.sums import counts_of, from_bytes, merged, sums_of, to_bytes
from rune.environments.analysis import ANALYSIS
from rune.environments.environment import EnvironmentNeeded
from rune.watch.counts import Counts
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.devices import device_client
from tests.support.properties import examples
from tests.support.watch import LAYOUT, counted

pytestmark = pytest.mark.django_db
BASE = "/api/v1/projects/acme/kitchen/deployments/gateways/telemetry"


def another(fleet: CountingFleet, organisation: Organisation, name: str, **report: Any) -> CountingFleet:
    """Returns another device of the same deployment."""
    client = device_client(organisation, name, **report)
    Device.objects.filter(pk=client.device).update(claimed=timezone.now() - timedelta(days=30))
    assign_devices(organisation)
    return CountingFleet(client, fleet.deployment)


def totals(browser: Client, query: str = "") -> list[dict[str, Any]]:
    answer = browser.get(f"{BASE}/totals?{query}")
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["totals"]
    return rows


@pytest.fixture
def browser(viewer: User, browser_of: Callable[[User | None], Client]) -> Client:
    return browser_of(viewer)


def test_the_counts_of_two_devices_are_added_once(
    fleet: CountingFleet, organisation: Organisation, browser: Client
) -> None:
    other = another(fleet, organisation, "gate-8", board="esp32")
    fleet.names(fleet.document(counted((1, 2, 3), memory=100)), fleet.document(counted((1, 0, 0)), day=yesterday(2)))
    other.names(other.document(counted((10, 0, 0), restarts=2, memory=900)))
    merge_all()
    merge_all()
    fleet.names(fleet.document(counted((1, 2, 3), memory=100)))
    merge_all()
    newest, before = totals(browser)
    assert (newest["day"], newest["devices"], newest["board"], newest["group"]) == (str(yesterday()), 2, "", "")
    assert newest["counts"]["labels"] == {"nothing": 11, "speech": 2, "knock": 3}
    counts = newest["counts"]
    assert (counts["answers"], counts["restarts"], counts["memory"]) == (16, 2, 900)
    assert (before["devices"], before["counts"]["answers"]) == (1, 1)
    by_board = {row["board"]: row["counts"]["answers"] for row in totals(browser, "by=board")}
    assert by_board == {"linux-x86_64": 7, "esp32": 10}
    (whole,) = totals(browser, "by=")
    assert (whole["day"], whole["devices"], whole["counts"]["answers"]) == (None, 3, 17)
    assert totals(browser, "board=esp32&by=day")[0]["devices"] == 1
    assert totals(browser, "version=9.9") == []


def test_a_device_counts_in_the_groups_of_the_moment(
    fleet: CountingFleet, organisation: Organisation, developer: User, browser: Client
) -> None:
    create_group(developer, organisation, "All", "")
    fleet.names(fleet.document())
    merge_all()
    device = Device.objects.get(pk=fleet.client.device)
    device.labels.update(value="hamburg")
    fleet.names(fleet.document(day=yesterday(2)))
    merge_all()
    rows = {(row["group"], row["day"]) for row in totals(browser, "by=group,day")}
    assert rows == {
        ("berlin", str(yesterday())),
        ("all", str(yesterday())),
        ("all", str(yesterday(2))),
    }
    assert [row["group"] for row in totals(browser, "group=berlin")] == ["berlin"]


def test_a_device_that_sends_hours_is_one_device(fleet: CountingFleet, browser: Client) -> None:
    fleet.names(fleet.document(counted((1, 0, 0)), hour=3), fleet.document(counted((1, 0, 0)), hour=4))
    merge_all()
    fleet.names(fleet.document(counted((1, 0, 0)), hour=5), fleet.document(counted((1, 0, 0))))
    merge_all()
    (row,) = totals(browser)
    assert (row["devices"], row["counts"]["answers"]) == (1, 4)


def test_a_batch_that_breaks_off_adds_nothing(fleet: CountingFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.names(fleet.document(), fleet.document(day=yesterday(2)))

    def broken(*_: Any) -> None:
        real(*_)
        raise RuntimeError("the power failed")

    real = merging._add
    monkeypatch.setattr(merging, "_add", broken)
    with pytest.raises(RuntimeError):
        merge_batch()
    assert (DayTotal.objects.count(), DeviceCounts.objects.filter(is_merged=True).count()) == (0, 0)
    monkeypatch.undo()
    assert (merge_batch(1), merge_batch(1), merge_batch(1)) == (1, 1, 0)
    assert [row.devices for row in DayTotal.objects.filter(group=None)] == [1, 1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-01-01&to=2026-12-01", "from"),
        ("from=2026-12-02&to=2026-12-01", "from"),
        ("to=x", "to"),
        ("by=colour", "by"),
    ],
)
def test_a_wrong_parameter_is_named(fleet: CountingFleet, browser: Client, query: str, field: str) -> None:
    answer = browser.get(f"{BASE}/totals?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_the_table_has_a_line_for_each_bin(fleet: CountingFleet, browser: Client) -> None:
    fleet.names(fleet.document(counted((1, 2, 3))))
    merge_all()
    answer = browser.get(f"{BASE}/totals.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    labels = {row["bin"]: row["count"] for row in rows if row["kind"] == "label"}
    assert labels == {"nothing": "1", "speech": "2", "knock": "3"}
    assert [row["bin"] for row in rows if row["kind"] == "confidence"] == ["", "0.25", "0.5", "0.75"]


def test_the_parquet_file_has_the_rows_of_the_csv_with_types(fleet: CountingFleet, browser: Client) -> None:
    fleet.names(fleet.document(counted((1, 2, 3))), fleet.document(day=yesterday(2)))
    merge_all()
    # A text that looks like a number or like nothing is a text.
    WatchedRune.objects.update(version="1.10")
    Device.objects.update(board="NA")
    DayTotal.objects.update(board="NA")
    for query in ("by=day,group,board", "by=board"):
        rows = list(csv.reader(io.StringIO(browser.get(f"{BASE}/totals.csv?{query}").content.decode())))
        answer = browser.get(f"{BASE}/totals.parquet?{query}")
        assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
        assert 'filename="gateways.parquet"' in answer.headers["Content-Disposition"]
        frame = parquet_frame(answer.content)
        assert list(frame.columns) == rows[0]
        assert [[cell_text(value) for value in row] for row in frame.itertuples(index=False)] == rows[1:]
        assert frame["day"].dtype.kind == "M"
        assert frame["count"].dtype.kind == frame["devices"].dtype.kind == "i"
    assert len(rows) > 20


def test_a_table_beyond_the_limit_is_refused_and_says_what_to_do(
    fleet: CountingFleet, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.names(fleet.document())
    merge_all()
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    answer = browser.get(f"{BASE}/totals.parquet")
    assert (answer.status_code, answer.json()["title"]) == (422, "The table is too large")
    assert "Ask for fewer days" in answer.json()["detail"]
    assert browser.get(f"{BASE}/totals.csv").status_code == 200


def test_without_the_library_the_answer_says_how_to_get_it(
    fleet: CountingFleet, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        raise EnvironmentNeeded(ANALYSIS)

    monkeypatch.setattr(tables, "table_file", missing)
    answer = browser.get(f"{BASE}/totals.parquet")
    assert answer.status_code == 422
    assert "analysis" in answer.json()["detail"]
    assert "as CSV" in answer.json()["detail"]


def parquet_frame(data: bytes) -> Any:
    """Returns the rows of a Parquet file."""
    return fastparquet.ParquetFile(io.BytesIO(data)).to_pandas()


def cell_text(value: Any) -> str:
    """Returns a value as CSV has it."""
    if pandas.isna(value):
        return ""
    return str(value.date()) if isinstance(value, pandas.Timestamp) else str(value)


def test_the_last_document_of_a_device_is_shown_byte_for_byte(fleet: CountingFleet, browser: Client) -> None:
    address = "/api/v1/organisations/acme/devices/gate-7/counts"
    assert browser.get(address).json() == {"last": None}
    document = fleet.document()
    fleet.names(document, fleet.document(day=yesterday(2)))
    last = browser.get(address).json()["last"]
    assert (last["data"], last["period"], last["version"]) == (document.hex(), str(yesterday()), "1.0")
    assert "".join(field["data"] for field in last["fields"]) == document.hex()
    assert last["counts"]["labels"] == {"nothing": 60, "speech": 30, "knock": 10}
    meanings = {field["meaning"] for field in last["fields"]}
    assert {'runs with the answer "knock"', "runs with audio level below 100"} <= meanings


def test_strangers_read_nothing(
    fleet: CountingFleet, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    tables_of_totals = (f"{BASE}/totals.csv", f"{BASE}/totals.parquet")
    for address in (BASE, f"{BASE}/totals", *tables_of_totals, "/api/v1/organisations/acme/devices/gate-7/counts"):
        assert browser_of(stranger).get(address).status_code == 404


def test_documents_end_before_totals(fleet: CountingFleet, settings: Any, developer: User) -> None:
    fleet.names(fleet.document(), fleet.document(day=yesterday(12)))
    settings.TELEMETRY_DAYS = 10
    delete_old()
    assert DeviceCounts.objects.count() == 2, "it is in no total yet"
    merge_all()
    delete_old()
    assert [row.day for row in DeviceCounts.objects.all()] == [yesterday()]
    assert DayTotal.objects.filter(group=None).count() == 2
    turn_off(developer, fleet.deployment)
    delete_old()
    assert DayTotal.objects.filter(group=None).count() == 2, "what is here stays until its end"
    for back in (12, 1):
        DayTotal.objects.filter(day=yesterday(back)).update(day=yesterday(400 + back))
    delete_old()
    assert not DayTotal.objects.exists()


def test_documents_of_a_device_that_was_handed_over_are_deleted(fleet: CountingFleet) -> None:
    fleet.names(fleet.document())
    merge_all()
    device_handed_over.call(Device.objects.get(pk=fleet.client.device))
    assert not DeviceCounts.objects.exists()
    assert DayTotal.objects.exists()


GROUPS = st.tuples(st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 2**40))


@examples(50)
@given(st.lists(GROUPS, min_size=1, max_size=6))
def test_sums_are_the_sums_of_counts(labels: list[tuple[int, int, int]]) -> None:
    counts = [counted(each, restarts=1, memory=sum(each) % 97) for each in labels]
    total = counts[0]
    for each in counts[1:]:
        total += each
    row = merged([sums_of(each) for each in counts])
    assert counts_of(from_bytes(to_bytes(row)), LAYOUT) == total
    assert counts_of(sums_of(Counts.empty(LAYOUT)), LAYOUT) == Counts.empty(LAYOUT)


def test_the_switch_is_in_the_deployment_too(
    fleet: CountingFleet, developer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(developer)
    assert browser.get(BASE).json()["is_on"] is True
    assert browser.delete(BASE).status_code == 204
    state = browser.get(BASE).json()
    assert (state["is_on"], state["changed_by"]["name"]) == (False, "Jo Okafor")
    deployment = "/api/v1/projects/acme/kitchen/deployments/gateways"
    answer_before = browser.get(deployment)
    assert answer_before.json()["telemetry"] is False
    answer = browser.patch(
        deployment,
        json.dumps({"telemetry": True}),
        content_type="application/json",
        headers={"If-Match": answer_before.headers["ETag"]},
    )
    assert answer.json()["telemetry"] is True
    assert browser.put(BASE).status_code == 204
    assert DeploymentTelemetry.objects.get().is_on
