"""The pages of rollouts: what readers see of each state, and what the forms refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.deployments.models import Deployment
from forge.rollouts.models import Rollout
from forge.telemetry.switch.actions import turn_off
from hmrd.protocol.problems import DeviceProblem, ProblemName
from rune.watch.layout import LabelBins, WatchLayout
from tests.support.forge.counts import MODULE
from tests.support.forge.factories.deployments import published
from tests.support.forge.rollouts import RolloutFleet
from tests.support.watch import with_watch

pytestmark = pytest.mark.django_db
PAGE = "/acme/kitchen/deployments/gateways"
LIST = f"{PAGE}/rollouts"
OTHER_LABELS = WatchLayout(LabelBins(("speech", "glass"), (0, 1)), None)
ONE_THEN_ALL: dict[str, Any] = {
    "stages": [{"size": "count", "amount": 1, "hours": 1}, {"size": "all", "hours": 1}],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "self-test", "limit": 0}],
}
FOUR_THEN_ALL = {**ONE_THEN_ALL, "stages": [{"size": "share", "amount": 0.5, "hours": 1}, {"size": "all", "hours": 1}]}


@pytest.fixture
def browser(developer: User, browser_of: Callable[[User | None], Client]) -> Client:
    return browser_of(developer)


@pytest.fixture
def reader(viewer: User, browser_of: Callable[[User | None], Client]) -> Client:
    return browser_of(viewer)


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return " ".join(answer.content.decode().split())


def hidden(page: str, name: str) -> str:
    _, _, rest = page.partition(f'name="{name}" value="')
    return rest.partition('"')[0]


def form_of(browser: Client, **changes: str) -> dict[str, Any]:
    """The fields of the form as it is filled in at first, with others."""
    page = words(browser.get(LIST))
    form: dict[str, Any] = {name: hidden(page, name) for name in ("tag", "digest", "devices", "etag")}
    form |= {"do": "start", "guard": ["installs", "self-test"], "limit-installs": "2"}
    return {**form, "stage-1-size": "1", "stage-2-size": "all", **changes}


def test_without_a_rollout_it_says_what_one_is_and_needs(fleet: RolloutFleet, browser: Client, reader: Client) -> None:
    page = words(browser.get(LIST))
    assert "No rollouts yet" in page
    assert "It is bound to the group <b>Berlin</b>." in page
    assert "The gate accepts it" in page
    assert "Start the rollout of 2.0 to 8 devices" in page
    assert 'value="1 %"' in page
    assert 'value="50 %"' in page
    assert 'value="all"' in page
    page = words(browser.get(f"{LIST}?preset=quick"))
    assert 'value="1 %"' not in page
    assert 'value="10 %"' in page
    page = words(reader.get(LIST))
    assert "You may not start one" in page
    assert "Start the rollout" not in page


def test_the_form_starts_what_it_shows(fleet: RolloutFleet, browser: Client) -> None:
    more = {"stage-1-hours": "6", "at-once": "3", "window-1-begin": "22:00", "window-1-end": "05:00"}
    answer = browser.post(LIST, form_of(browser, **more, zone="Europe/Berlin"))
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}/1"), words(answer)
    plan = Rollout.objects.get().plan_json
    assert [(each["size"], each["amount"], each["hours"]) for each in plan["stages"]] == [
        ("count", 1, 6),
        ("all", 0, 24),
    ]
    assert plan["guards"] == [{"kind": "installs", "limit": 0.02}, {"kind": "self-test", "limit": 0.0}]
    assert plan["windows"] == [{"begin": 1320, "end": 300, "weekdays": [0, 1, 2, 3, 4, 5, 6]}]
    assert (plan["at_once"], plan["zone"]) == (3, "Europe/Berlin")


def test_a_plan_fills_in_the_stages_and_keeps_what_else_was_typed(fleet: RolloutFleet, browser: Client) -> None:
    edits = {"limit-installs": "4.5", "at-once": "13", "window-1-begin": "22:15", "zone": "Europe/Berlin"}
    form = form_of(browser, **edits, **{"stage-1-size": "7", "stage-1-longest": "77", "label-2": "1.25"})
    del form["do"]
    page = words(browser.post(LIST, {**form, "preset": "shadow"}))
    for text in edits.values():
        assert f'value="{text}"' in page
    assert 'value="1.25"' in page
    assert 'name="guard" value="self-test" checked' in page
    assert 'name="guard" value="labels">' in page
    assert 'value="77"' not in page
    assert 'name="stage-1-size" value="10 %"' in page
    assert 'name="stage-1-shadow" checked' in page
    assert 'name="stage-5-size" value=""' in page
    assert re.search(r'aria-current="true" name="preset" value="shadow"', page)
    page = words(browser.post(LIST, {**form, "preset": "quick"}))
    assert 'name="stage-1-shadow" checked' not in page
    assert 'name="stage-3-size" value=""' in page
    assert 'value="4.5"' in page
    assert not Rollout.objects.exists()


def test_another_version_keeps_the_plan_and_the_limits_of_labels_that_it_has(
    fleet: RolloutFleet, browser: Client
) -> None:
    published(fleet.person, fleet.deployment.project, "3.0", with_watch(MODULE + b"\0\2\1c", OTHER_LABELS))
    form = form_of(browser, **{"stage-1-size": "7", "label-1": "1.25", "label-2": "2.75", "at-once": "13"})
    assert form["tag"] == "3.0"
    form |= {"tag": "2.0", "label-1": "1.25", "label-2": "2.75"}
    page = words(browser.post(LIST, {**form, "do": "version", "version": "3.0"}))
    assert "Start the rollout of 3.0" in page
    assert 'name="stage-1-size" value="7"' in page
    assert 'name="at-once" value="13"' in page
    # 2.0 has nothing, speech, knock: the label at its second place is the first one of 3.0.
    assert 'name="label-0" value="1.25"' in page
    assert 'value="2.75"' not in page
    assert not Rollout.objects.exists()


def test_a_key_in_a_field_presses_no_plan(fleet: RolloutFleet, browser: Client) -> None:
    """Enter presses the first button of a form, which shows the forecast and changes no field."""
    form = words(browser.get(LIST)).partition('aria-label="Plan">')[2]
    first = form[form.index("<button") : form.index("</button>")]
    assert 'name="do" value="forecast"' in first


def test_who_may_not_deploy_fills_in_nothing(fleet: RolloutFleet, browser: Client, reader: Client) -> None:
    form = form_of(browser)
    assert reader.post(LIST, {**form, "preset": "quick"}).status_code == 403
    assert not Rollout.objects.exists()


def test_the_form_says_what_the_plan_would_do_and_starts_nothing(fleet: RolloutFleet, browser: Client) -> None:
    page = words(browser.post(LIST, form_of(browser, do="forecast", **{"stage-1-longest": "77"})))
    assert "What this rollout would do" in page
    assert "8 of 8 devices are online and get 2.0 with their next check-in." in page
    assert "Nothing was counted in the last days" in page
    assert 'value="77"' in page
    assert "A rollout has 1 to 10 stages." in words(
        browser.post(LIST, form_of(browser, do="forecast", **{"stage-1-size": "", "stage-2-size": ""})), 400
    )
    assert not Rollout.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"stage-1-size": "half"}, 400, "Enter a share such as 10 %"),
        ({"stage-1-size": "100 %", "stage-2-size": "101 %"}, 400, "The share of a stage is above 0 and at most 1."),
        ({"stage-1-hours": "soon"}, 400, "Enter a whole number."),
        ({"stage-1-size": "", "stage-2-size": ""}, 400, "A rollout has 1 to 10 stages."),
        ({"stage-1-size": "all"}, 400, "No stage comes after one of all devices."),
        ({"stage-1-judged": "labels"}, 400, "A stage waits for labels"),
        ({"stage-1-shadow": "on", "stage-1-judged": "labels"}, 400, "A stage waits for disagreement"),
        ({"limit-installs": "few"}, 400, "Enter a number."),
        ({"limit-installs": "-1"}, 400, "The limit of installs is a number"),
        ({"window-1-begin": "25:00"}, 400, "Enter two times of the day"),
        ({"zone": "Mars/Olympus"}, 400, "Mars/Olympus is no time zone"),
        ({"at-once": "0"}, 400, "At least one device switches at a time."),
        ({"devices": "7"}, 412, "8"),
        ({"devices": "many"}, 412, "8"),
        ({"etag": "serves-0"}, 412, "Gateways serves 1.0 now."),
        ({"digest": "sha256:" + "0" * 64}, 412, "2.0 is build"),
        ({"tag": "9.9"}, 404, "9.9"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    fleet: RolloutFleet, browser: Client, changes: dict[str, str], status: int, message: str
) -> None:
    page = words(browser.post(LIST, form_of(browser, **{"stage-1-longest": "77", **changes})), status)
    assert message in page
    assert 'value="77"' in page
    assert not Rollout.objects.exists()


def test_who_may_not_deploy_starts_and_decides_nothing(fleet: RolloutFleet, browser: Client, reader: Client) -> None:
    assert reader.post(LIST, form_of(browser)).status_code == 403
    fleet.start(ONE_THEN_ALL)
    page = words(reader.get(f"{LIST}/1"))
    assert "People who may deploy and change devices decide: " in page
    assert 'value="go-back"' not in page
    etag = hidden(words(browser.get(f"{LIST}/1")), "etag")
    assert reader.post(f"{LIST}/1/do", {"do": "pause", "etag": etag}).status_code == 403


def test_a_rollout_that_another_deployment_has_is_not_there(fleet: RolloutFleet, browser: Client) -> None:
    assert browser.get(f"{LIST}/1").status_code == 404
    assert browser.post(f"{LIST}/1/do", {"do": "pause"}).status_code == 404


def test_one_that_is_under_way_says_where_it_is(fleet: RolloutFleet, reader: Client) -> None:
    fleet.start(ONE_THEN_ALL)
    assert "The first stage begins within a minute." in words(reader.get(f"{LIST}/1"))
    fleet.carry_on()
    page = words(reader.get(f"{LIST}/1"))
    for sentence in (
        "Rollout of 2.0 to <bdi>Berlin</bdi>",
        "1 of 8 devices runs 2.0. The next stage begins in 59 minutes, unless a guard fails.",
        "<b>7 keep 1.0.</b>",
        "at most 1 minute. 1 of the 1 is online.",
        '8 devices</span> <span class="small muted">not begun',
        "could not install or keep it",
        "Not judged: 1 device: too few",
        "started it",
    ):
        assert sentence in page, sentence
    assert ">Passed" not in page
    assert "1 under way" in page
    assert "1 of 2: 1 device" in words(reader.get(LIST))


def test_the_page_of_the_deployment_says_it_in_place_of_the_form(fleet: RolloutFleet, browser: Client) -> None:
    page = words(browser.get(PAGE))
    assert "Roll out in stages" in page
    assert "Set version of" in page
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()
    page = words(browser.get(PAGE))
    assert "The rollout of 2.0 to Berlin: under way." in page
    assert "Set version of" not in page
    assert "Roll out in stages" not in page
    assert f'href="{LIST}"' in page
    assert "1 under way" in page
    assert "Go back to" not in words(browser.get(f"{PAGE}?tab=history"))


def test_a_device_says_its_part(fleet: RolloutFleet, reader: Client) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.carry_on()
    texts = [words(reader.get(f"/acme/devices/gate-{number}")) for number in range(8)]
    assert sum("It is in stage 1 (50 %), which gets 2.0." in each for each in texts) == 4
    assert sum("It runs 1.0 until its stage and is compared with." in each for each in texts) == 4


def test_people_hold_resume_end_and_have_it_go_back(fleet: RolloutFleet, browser: Client) -> None:
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()

    def press(button: str, **fields: str) -> str:
        etag = hidden(words(browser.get(f"{LIST}/1")), "etag")
        answer = browser.post(f"{LIST}/1/do", {"do": button, "etag": etag, **fields})
        assert answer.status_code == 302, words(answer)
        return words(browser.get(f"{LIST}/1"))

    page = press("pause")
    assert "no other device gets it until someone resumes the rollout" in page
    assert 'value="resume"' in page
    assert 'value="pause"' not in page
    assert 'value="pause"' in press("resume")
    page = press("go-back")
    assert "0 of 1 device are back on 1.0" in page or "0 of 1 device is back" in page or "Going back to 1.0" in page
    fleet.sign()
    fleet.carry_on()
    page = words(browser.get(f"{LIST}/1"))
    assert "Back on 1.0" in page
    assert 'data-rollout-part="bar"' not in page


def test_a_decision_about_another_state_is_refused(fleet: RolloutFleet, browser: Client) -> None:
    fleet.start(ONE_THEN_ALL)
    etag = hidden(words(browser.get(f"{LIST}/1")), "etag")
    fleet.carry_on()
    page = words(browser.post(f"{LIST}/1/do", {"do": "go-on", "etag": etag, "reason": "It is fine."}), 412)
    assert "The rollout is running now." in page
    etag = hidden(words(browser.get(f"{LIST}/1")), "etag")
    assert "The rollout is running." in words(
        browser.post(f"{LIST}/1/do", {"do": "go-on", "etag": etag, "reason": "It is fine."}), 409
    )


def test_one_that_stopped_says_why_and_takes_a_reason(fleet: RolloutFleet, browser: Client) -> None:
    fleet.start(FOUR_THEN_ALL)
    fleet.look()
    for each in fleet.admitted()[:3]:
        each.problem = DeviceProblem(ProblemName.CRASHES, "The rune stopped again and again.")
    assert fleet.carry_on().state == "stopped"
    page = words(browser.get(f"{LIST}/1"))
    for sentence in (
        "Stopped by itself",
        "75.0 % of 4 devices could not install or keep it.",
        "1 of 8 devices runs 2.0; no other device gets it until someone decides.",
        "Limit: at most 2.0 %.",
        "Failed: failed installs",
        "<b>3 could not install or keep 2.0</b>",
        "<b>2.0 goes nowhere else</b>",
        "one of them, with a reason",
        "1 stopped",
    ):
        assert sentence in page, sentence
    etag = hidden(page, "etag")
    refusal = words(browser.post(f"{LIST}/1/do", {"do": "go-on", "etag": etag, "reason": "<ok>"}), 400)
    assert "Write why it goes on, in at least 10 characters." in refusal
    assert 'value="&lt;ok&gt;"' in refusal
    assert browser.post(f"{LIST}/1/do", {"do": "go-on", "etag": etag, "reason": "Broken <boards>."}).status_code == 302
    page = words(browser.get(f"{LIST}/1"))
    assert "agreed that it goes on" in page
    assert "Broken &lt;boards&gt;." in page


def test_without_telemetry_it_says_what_is_judged(fleet: RolloutFleet, browser: Client) -> None:
    turn_off(fleet.person, fleet.deployment)
    assert "those marked * are not judged" in words(browser.get(LIST))
    fleet.start(ONE_THEN_ALL)
    fleet.carry_on()
    assert "<b>Telemetry is off.</b> Installs, self-tests and restarts alone are judged" in words(
        browser.get(f"{LIST}/1")
    )


def test_one_that_finished_says_so(fleet: RolloutFleet, browser: Client) -> None:
    fleet.start({**ONE_THEN_ALL, "stages": [{"size": "all", "hours": 0}]})
    fleet.carry_on()
    assert fleet.rollout.state == "finished"
    # The devices report no installation, as those do that had it.
    assert "It finished at once, because all devices had 2.0 already." in words(browser.get(f"{LIST}/1"))


def test_a_deployment_for_websites_has_no_tab(fleet: RolloutFleet, browser: Client) -> None:
    Deployment.objects.filter(pk=fleet.deployment.pk).update(kind="web")
    assert "Rollouts are for devices." in words(browser.get(LIST))
    assert ">Rollouts</a>" not in words(browser.get(PAGE))
