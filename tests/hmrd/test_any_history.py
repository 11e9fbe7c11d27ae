"""The state machine of a device under any history: power cuts at each step, lost answers, damaged bytes, clocks that
jump. What must never happen is compared after each event (`tests.support.hmrd.world`)."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import RequestKind, WantedRune
from hmrd.shadow_events import ShadowFailed
from hmrd.state import RuneHalted, WentBack
from tests.support.hmrd.world import ALSO_GOOD, BESIDE, CRASHES, DISLIKED, FAILS_TEST, GOOD, World
from tests.support.properties import examples


class AnyHistory(RuleBasedStateMachine):
    """A device to which anything happens, and which must end well once nothing fails any more."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.server.interval = 7200
        self.releases: list[WantedRune] = []

    @rule(rune=st.sampled_from([GOOD, ALSO_GOOD, FAILS_TEST, CRASHES, DISLIKED]))
    def want(self, rune: str) -> None:
        self.world.server.want(rune)
        assert self.world.server.wanted is not None
        self.releases.append(self.world.server.wanted)

    @rule(data=st.data())
    def offer_older(self, data: st.DataObject) -> None:
        """The server, or who answers in its place, wants an earlier release again."""
        if self.releases:
            self.world.server.wanted = data.draw(st.sampled_from(self.releases))

    @rule(kind=st.sampled_from([RequestKind.LOG, RequestKind.RESTART, RequestKind.SELF_TEST, RequestKind.REPLACE_KEY]))
    def ask(self, kind: RequestKind) -> None:
        self.world.server.ask(kind)

    @rule(rune=st.sampled_from([BESIDE, ALSO_GOOD, GOOD, FAILS_TEST, CRASHES, None]))
    def want_beside(self, rune: str | None) -> None:
        self.world.server.want_beside(rune)

    @rule(name=st.sampled_from([ProblemName.TRAPPED, ProblemName.TOO_SLOW]))
    def stop_shadow(self, name: ProblemName) -> None:
        if self.world.beside is not None:
            rune, answering = self.world.beside, self.world.answering
            self.world.send(ShadowFailed(self.world.now, rune, DeviceProblem(name, "It stopped.")))
            assert self.world.answering == answering

    @precondition(lambda self: self.world.pending)
    @rule(choice=st.integers(0, 50), is_away=st.booleans(), is_cut=st.booleans())
    def carry_out(self, choice: int, is_away: bool, is_cut: bool) -> None:
        pending = self.world.pending
        self.world.carry_out(pending[choice % len(pending)], is_away=is_away, is_cut=is_cut)

    @rule(seconds=st.sampled_from([1.0, 100.0, 400.0]))
    def go_on(self, seconds: float) -> None:
        """Nothing fails for a while."""
        self.world.settle(seconds)

    @rule(seconds=st.sampled_from([1.0, 30.0, 61.0, 600.0, 5000.0, 90_000.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule()
    def cut_power(self) -> None:
        self.world.cut_power()

    @rule(seconds=st.sampled_from([-1.8e9, -1e6, 1e6]))
    def jump(self, seconds: float) -> None:
        """The clock jumps while the device is off."""
        self.world.now = max(0.0, self.world.now + seconds)
        self.world.cut_power()

    @rule(slot=st.integers(0, 1))
    def damage(self, slot: int) -> None:
        self.world.damage(slot)

    @rule(name=st.sampled_from([ProblemName.TRAPPED, ProblemName.TOO_SLOW, ProblemName.INPUT_ENDED]))
    def stop_rune(self, name: ProblemName) -> None:
        if self.world.answering is not None:
            rune, self.world.answering = self.world.answering, None
            self.world.send(RuneHalted(self.world.now, rune, DeviceProblem(name, "It stopped.")))

    @rule()
    def go_back(self) -> None:
        self.world.send(WentBack(self.world.now))

    def teardown(self) -> None:
        # A later release than any that a person went back from.
        if self.world.server.wanted is not None:
            self.world.server.want(ALSO_GOOD)
        self.world.settle(10 * 86_400.0)
        self.world.require_settled()


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = examples(150)
