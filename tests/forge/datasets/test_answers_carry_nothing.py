"""A rune that answers with its input, in letters: nobody who may not play a recording reads it, before a withdrawal and
after. The bytes are looked for in every address, stored file and backup.
"""

from __future__ import annotations

import random
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from forge.accounts.actions import set_quota
from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import usage_of_person
from forge.builds.actions import request_build
from forge.builds.evaluations.outcomes import (
    evaluation_of,
)
from forge.builds.models import Build
from forge.compute.pool.compiler import Compiler
from forge.core.blobs.store import read_blob, stored_digests
from forge.core.models import Blob
from forge.datasets.analysis.actions import start_analysis
from forge.datasets.analysis.job import ANALYSIS, run_analysis_job
from forge.datasets.consent_terms import Purpose
from forge.datasets.errors import TooManyProtectedRuns
from forge.datasets.models import Consent, DataAnalysis, ProtectedRun, Sample, SampleAnswer
from forge.datasets.playing import restrict_playing
from forge.datasets.protection.limits import count_run
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.sample_uses import SampleUse
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.serving.backup.create_backup import create_backup
from tests.support.forge.factories.builds import built, run_job, take_job
from tests.support.forge.factories.recordings import consent_of, sample_of, sound
from tests.support.forge.outsider_requests import NOTHING, Names, filled, routes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("recordings/answers")]

Browser = Callable[[User | None], Client]
SIZE = 400
"""Values of a recording, which the rune reads at once."""
RUNEFILE = f"""\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{SIZE}]}}
    args:
      hz: 4000
      sample-duration-ms: 100
  letters:
    proc-block: ./letters.py
    inputs: [audio]
    outputs:
      - {{type: u8, dimensions: [{SIZE * 4}]}}
  text:
    proc-block: utf8_decode
    inputs: [letters]
    outputs:
      - {{type: utf8, dimensions: [1]}}
  heard:
    out: serial
    inputs: [text]
""".encode()
BLOCK = f'''\
"""Writes what it hears in letters."""


def letters(x: i16[{SIZE}]) -> u8[{SIZE * 4}]:
    y = u8[{SIZE * 4}]()
    for i in range({SIZE}):
        v = int(x[i]) + 32768
        y[i * 4] = 97 + v // 4096
        y[i * 4 + 1] = 97 + v // 256 % 16
        y[i * 4 + 2] = 97 + v // 16 % 16
        y[i * 4 + 3] = 97 + v % 16
    return y
'''.encode()


def values_of(seed: int) -> list[int]:
    # The same recording in each run, and none of those that other tests make of small seeds and look for on the disk.
    numbers = random.Random(f"recording {seed}")
    return [numbers.randrange(-20_000, 20_000) for _ in range(SIZE)]


def needles_of(seed: int) -> list[bytes]:
    """Parts of a recording, as they might be found: raw, in letters, in hexadecimal, and in base64 at each offset."""
    values = values_of(seed)
    return [needle for start in (0, 100) for needle in _written(values[start : start + 24])]


def _written(part: list[int]) -> list[bytes]:
    raw = struct.pack(f"<{len(part)}h", *part)
    letters = "".join(chr(97 + (value + 32768 >> shift & 15)) for value in part[:12] for shift in (12, 8, 4, 0))
    in_base64 = [b64encode(raw[offset : offset + 36])[2:-2] for offset in range(3)]
    return [raw, letters.encode(), raw.hex().encode(), *in_base64]


def has_any(data: bytes, seeds: range) -> bool:
    return any(needle in data for seed in seeds for needle in needles_of(seed))


SEEDS = range(3)


@pytest.fixture
def consents(project: Project, owner: User) -> list[Consent]:
    """Returns the consents of three recordings for tests, in a project whose members may not play them."""
    restrict_playing(owner, project, is_restricted=True)
    tests = frozenset({Purpose.TESTS})
    consents = [consent_of(owner, project, purposes=tests) for _ in SEEDS]
    for seed, consent in enumerate(consents):
        sample = sample_of(consent, owner, sound(*values_of(seed), rate=4000), label="knock", pseudonym=f"Guest {seed}")
        assert sample.split == "test"
    return consents


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> Callable[[], None]:
    """Runs the job that waits, in the process that all tests share."""
    for module in ("forge.builds.actions", "forge.datasets.analysis.actions", "forge.datasets.analysis.stopping"):
        monkeypatch.setattr(f"{module}.notify_workers", lambda *_: None)
    monkeypatch.setitem(vars(ANALYSIS), "execute", lambda job, new_compiler: run_analysis_job(job, new_compiler))
    return lambda: run_job(take_job(), lambda: nullcontext(compiler))


@pytest.fixture
def attack(project: Project, developer: User, consents: list[Consent], runs: Callable[[], None]) -> Build:
    """The build and the analysis of somebody who may test on the recordings and not play them."""
    write_file(developer, project, "Runefile.yml", RUNEFILE)
    write_file(developer, project, "letters.py", BLOCK)
    build = request_build(developer, project)
    runs()
    build.refresh_from_db()
    assert build.state == JobState.SUCCEEDED, build.error
    start_analysis(developer, project)
    runs()
    assert DataAnalysis.objects.get().finished is not None
    return build


def names_of(build: Build) -> Names:
    job = build.job
    assert job is not None
    sample = Sample.objects.order_by("number").first()
    assert sample is not None
    return NOTHING | {
        "organisation": "acme",
        "name": "kitchen",
        "number": "1",
        "build_id": str(build.pk),
        "job": str(job.pk),
        "job_id": str(job.pk),
        "sample_id": str(sample.pk),
        "path": "letters.py",
    }


def answers(browser: Client, names: Names) -> Iterator[tuple[str, bytes]]:
    """Yields each address with parameters, and lists with filters, with the answer."""
    pages = [filled(route, names) for route, methods in routes(get_resolver()) if "get" in methods]
    for page in [*pages, "/acme/kitchen/data?wrong=true", "/acme/kitchen/data?answer=other", "/acme", "/"]:
        cache.clear()
        with transaction.atomic():
            answer = browser.get(page)
            transaction.set_rollback(True)
        body = b"".join(answer) if answer.streaming else answer.content
        yield page, body + str(dict(answer.headers)).encode()


def stored_files() -> Mapping[str, bytes]:
    return {digest: read_blob(digest) for digest in stored_digests() if Blob.objects.filter(pk=digest).exists()}


def backup_bytes(folder: Path) -> bytes:
    create_backup(folder)
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.slow
def test_the_bytes_of_a_recording_are_in_no_address_file_or_backup(
    attack: Build,
    consents: list[Consent],
    people: dict[str, Any],
    browser_of: Browser,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_DIR = tmp_path
    recordings = set(Sample.objects.values_list("digest", flat=True))
    names = names_of(attack)
    page = browser_of(people["developer"]).get("/acme/kitchen/builds/1/accuracy").content.decode()
    assert "classified as other" in page
    for role in ("developer", "reviewer", "viewer"):
        leaks = [place for place, body in answers(browser_of(people[role]), names) if has_any(body, SEEDS)]
        assert leaks == [], role
    assert [digest for digest, data in stored_files().items() if has_any(data, SEEDS)] == sorted(recordings)
    assert has_any(backup_bytes(tmp_path / "before"), SEEDS), "the hunt finds the recordings themselves"

    withdraw_consent(people["owner"], consents[0])
    evaluation = evaluation_of(attack)
    assert evaluation is not None
    assert (len(evaluation.outcomes), evaluation.removed) == (2, 1)
    attack.refresh_from_db()
    assert attack.evaluation is not None
    assert attack.evaluation["samples"] == 2
    withdrawn = next(iter(recordings - set(Sample.objects.available().values_list("digest", flat=True))))
    assert withdrawn not in [each.name for each in evaluation.outcomes]
    assert SampleAnswer.objects.filter(sample__digest=withdrawn).count() == 0
    assert not has_any(backup_bytes(tmp_path / "after"), range(1))
    for role in ("owner", "developer", "reviewer", "viewer"):
        leaks = [place for place, body in answers(browser_of(people[role]), names) if has_any(body, range(1))]
        assert leaks == [], role
    page = browser_of(people["developer"]).get("/acme/kitchen/builds/1/accuracy").content.decode()
    assert "1 sample was deleted since" in page


# -- how often


def test_a_persons_runes_run_a_limited_number_of_times_a_day_on_recordings_that_they_may_not_play(
    project: Project, owner: User, developer: User, consents: list[Consent]
) -> None:
    set_quota(INSTALLATION, developer.stream, QuotaResource.PROTECTED_RUNS, 2)
    data_set, samples = consents[0].data_set, Sample.objects.for_use(SampleUse.EVALUATION)
    for number in (1, 2, 2):
        count_run(UUID(int=number), developer, data_set, samples)
    with pytest.raises(TooManyProtectedRuns, match="at most 2 times a day"):
        count_run(UUID(int=3), developer, data_set, samples)
    count_run(UUID(int=4), owner, data_set, samples)
    assert ProtectedRun.objects.count() == 2, "who may play the samples is not counted"
    usage = {each.resource: (each.used, each.limit) for each in usage_of_person(developer)}
    assert usage[QuotaResource.PROTECTED_RUNS] == (2, 2)
    ProtectedRun.objects.update(created=timezone.now() - timedelta(days=1, minutes=1))
    count_run(UUID(int=3), developer, data_set, samples)
    assert ProtectedRun.objects.count() == 1


def test_an_analysis_with_a_build_counts_and_says_when_there_were_enough(
    project: Project, developer: User, consents: list[Consent], monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr("forge.datasets.analysis.actions.notify_workers", lambda *_: None)
    set_quota(INSTALLATION, developer.stream, QuotaResource.PROTECTED_RUNS, 0)
    built(developer, project)
    answer = client.post("/api/v1/projects/acme/kitchen/data/analysis")
    assert answer.status_code == 429
    assert "may not play" in answer.json()["detail"]
    assert not DataAnalysis.objects.exists()


@pytest.mark.slow
def test_a_build_above_the_limit_succeeds_and_says_why_it_was_not_evaluated(
    project: Project, developer: User, consents: list[Consent], runs: Callable[[], None], client: Client
) -> None:
    set_quota(INSTALLATION, developer.stream, QuotaResource.PROTECTED_RUNS, 0)
    write_file(developer, project, "Runefile.yml", RUNEFILE)
    write_file(developer, project, "letters.py", BLOCK)
    write_file(developer, project, "forge.yml", b"limits:\n  accuracy: 50 %\n")
    build = request_build(developer, project)
    runs()
    build.refresh_from_db()
    assert (build.state, build.samples) == (JobState.SUCCEEDED, ""), build.error
    assert build.evaluation is not None
    assert "may not play" in build.evaluation["reason"]
    assert "may not play" in client.get("/acme/kitchen/builds/1/accuracy").content.decode()
    [judgement] = build.judgements
    assert (judgement["outcome"], "may not play" in judgement["reason"]) == ("unknown", True)
