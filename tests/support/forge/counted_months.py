"""Two months of counts of a deployment, written to a stopped server's database for tests and pictures of Watch.

`manage.py shell -c "from tests.support.forge.counted_months import store; store()"` stores them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.utils import timezone

from forge.accounts.models import User
from forge.builds.models import Build
from forge.datasets.models import DataSet, DataVersion
from forge.deployments.actions import serve_tag
from forge.deployments.models import Deployment, Release
from forge.fleet.models import Device
from forge.projects.actions import create_project
from forge.reviews.models import Review, Round, Verdict
from forge.telemetry.alerts.judging import judge
from forge.telemetry.intake.models import DeviceCounts, WatchedRune
from forge.telemetry.models import DeploymentTelemetry
from forge.telemetry.switch.actions import turn_on
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout
from tests.support.forge.factories.deployments import deployed, published
from tests.support.forge.factories.device_rows import device_row, group_row

LAYOUT = WatchLayout(
    LabelBins(("nothing", "speech", "knock", "glass"), (0, 1, 2, 3)),
    ConfidenceBins(tuple(0.25 + 0.05 * number for number in range(15))),
    (FeatureBins("audio", 0, Statistic.LEVEL, tuple(4.0**number for number in range(1, 16))),),
)
DEVICES = 20
DAYS = 58
NEW_DAYS = 6
"""Days since the new version is there."""
ANSWERS = 400
_MIX = (0.62, 0.28, 0.098, 0.002)
_TESTS = 600


@dataclass(frozen=True)
class CountedVersion:
    """A version with the devices that ran it so many days ago. `glass` is how often it answers so."""

    rune: WatchedRune
    glass: float
    milliseconds: float
    is_new: bool

    def runs_on(self, number: int, back: int) -> bool:
        """Returns whether a device ran it on a day: the new version is on every second one."""
        return self.is_new == (back <= NEW_DAYS and number % 2 == 0)


def store() -> str:
    """Stores the project, its devices and their counts for the first person. Returns the path of the page."""
    person = User.objects.order_by("pk").first()
    assert person is not None
    project = create_project(person, person.memberships.get().organisation, "door-knock")
    published(person, project, "1.4", b"\0asm\1\0\0\0" + b"4")
    deployment = deployed(person, project, "1.4", title="Boards", kind="devices")
    turn_on(person, deployment)
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=DAYS + 1))
    published(person, project, "1.5", b"\0asm\1\0\0\0" + b"5")
    serve_tag(person, deployment, "1.5")
    Release.objects.filter(deployment=deployment, version="1.5").update(started=_moment(NEW_DAYS))
    Release.objects.filter(deployment=deployment, version="1.4").update(started=_moment(DAYS), ended=_moment(NEW_DAYS))
    _store_marks(person, deployment)
    group_row(project.organisation, "berlin", "site=berlin")
    devices = [
        device_row(
            project.organisation,
            f"bln-{number:04}",
            {"site": "berlin" if number % 3 else "lab", "batch": "B" if number % 4 == 1 else "A"},
        )
        for number in range(DEVICES)
    ]
    old = CountedVersion(_rune(deployment, "1.4"), 0.002, 9.0, is_new=False)
    new = CountedVersion(_rune(deployment, "1.5"), 0.006, 12.0, is_new=True)
    DeviceCounts.objects.bulk_create(_documents([old, new], devices))
    merge_all()
    for version in (old, new):
        judge(version.rune, _day(1))
    return f"{deployment.get_absolute_url()}/watch"


def _rune(deployment: Deployment, version: str) -> WatchedRune:
    release = Release.objects.get(deployment=deployment, version=version)
    shares = [_TESTS * (2 * number + 1) // 256 for number in range(16)]
    confidence = [*shares[:-1], _TESTS - sum(shares[:-1])]
    labels = [int(_TESTS * share) for share in _MIX[1:]]
    level = [_TESTS // 4 if 6 <= number < 10 else 0 for number in range(16)]
    return WatchedRune.objects.create(
        deployment=deployment,
        key=rune_key(release.rune).hex(),
        rune=release.rune,
        version=version,
        layout_json=LAYOUT.to_json(),
        reference={"labels": [_TESTS - sum(labels), *labels], "confidence": confidence, "features": [level]},
        right=int(_TESTS * (0.93 if version == "1.4" else 0.95)),
    )


def _documents(versions: list[CountedVersion], devices: list[Device]) -> Iterator[DeviceCounts]:
    chance = random.Random(4)
    for number, device in enumerate(devices):
        own = chance.gauss(0, 0.1)
        for back in range(DAYS, 0, -1):
            for version in versions:
                if version.runs_on(number, back):
                    yield _document(chance, version, device, back, own)


def _document(chance: random.Random, version: CountedVersion, device: Device, back: int, own: float) -> DeviceCounts:
    labels, confidence, level = [0] * 4, [0] * 16, [0] * 16
    day_of_its_own = chance.gauss(0, 0.05)
    for _ in range(ANSWERS):
        glass = chance.random() < version.glass
        labels[3 if glass else chance.choices(range(3), _MIX[:3])[0]] += 1
        confidence[min(15, int(16 * (chance.random() ** (0.7 if version.is_new else 0.5))))] += 1
        level[min(15, max(0, int(chance.gauss(8 + own + day_of_its_own, 1.2))))] += 1
    milliseconds = version.milliseconds * (1 + own / 4 + day_of_its_own)
    counts = Counts(
        tuple(labels),
        tuple(confidence),
        (tuple(level),),
        (0, 0, ANSWERS, 0, 0, 0, 0, 0),
        ANSWERS,
        int(ANSWERS * milliseconds * 1000),
        int(chance.random() < 0.02),
        41_000 + int(1500 * chance.random()),
    )
    key = rune_key(version.rune.rune)
    document = CountsDocument(CountedPeriod(_day(back), None), device_key(device.pk), key, encode(counts))
    return DeviceCounts(
        device=device,
        watched=version.rune,
        day=_day(back),
        document=document.signed(lambda _: bytes(64)),
        received=timezone.now(),
    )


def _store_marks(person: User, deployment: Deployment) -> None:
    project = deployment.project
    build = Build.objects.filter(project=project).order_by("number").last()
    assert build is not None
    assert build.artefact is not None
    review = Review.objects.create(project=project, number=9, title="Hear glass", requested_by=person)
    Round.objects.create(review=review, number=1, build=build, requested_by=person)
    for verdict, back in (("changes", 8), ("approve", 7)):
        row = Verdict.objects.create(
            project=project,
            build=build,
            user=person if verdict == "approve" else None,
            verdict=verdict,
            rune_digest=build.artefact.digest,
        )
        Verdict.objects.filter(pk=row.pk).update(created=_moment(back))
    samples, _ = DataSet.objects.get_or_create(project=project)
    for number, back in ((4, 21), (5, 20), (6, 7)):
        digest = f"sha256:{sha256(str(number).encode()).hexdigest()}"
        version = DataVersion.objects.create(data_set=samples, number=number, digest=digest, figures={})
        DataVersion.objects.filter(pk=version.pk).update(created=_moment(back))


def _day(back: int) -> date:
    return timezone.now().date() - timedelta(days=back)


def _moment(back: int) -> datetime:
    return datetime.combine(_day(back), time(9), timezone.now().tzinfo)
