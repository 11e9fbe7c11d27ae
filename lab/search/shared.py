"""The rows of a search that several processes share: each asks the process that keeps them before a trial, and sends
what became of it as an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any

from lab.refusal import Reason, Refused
from lab.search.space import Candidate
from lab.search.trials import Trial, TrialClaim

Send = Callable[[Mapping[str, Any]], None]
STOP = "stop"


class SearchCommands:
    """The lines of the server's process to a search: its answers, and the word `STOP`. Read in a thread."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[Mapping[str, Any] | None] = SimpleQueue()
        self._is_stopped = False

    def read(self, lines: Iterable[str]) -> None:
        """Reads lines until there are no more: the process that keeps the rows has ended then."""
        for line in lines:
            command = json.loads(line)["command"]
            if command == STOP:
                self._is_stopped = True
            else:
                self._answers.put(command)
        self._is_stopped = True
        self._answers.put(None)

    def is_stopped(self) -> bool:
        """Returns whether the search is to end."""
        return self._is_stopped

    def answer(self) -> Mapping[str, Any]:
        """Waits for the next answer. Raises `Refused` where none can come any more."""
        answer = self._answers.get()
        if answer is None:
            self._answers.put(None)
            raise Refused(Reason.OUT_OF_TIME, "The process that keeps the trials has ended.")
        return answer


class SharedRows:
    """The rows of a search that a server keeps.

    An event `rows` asks for what is new; the answer has `trials`, the rows that have ended since the last answer or for
    the first time, and `running`, all candidates that others try. An event `claim` asks for a number; the answer has it
    as `claimed`, or null.
    """

    def __init__(self, send: Send, commands: SearchCommands, interrupted_claim: TrialClaim | None) -> None:
        self._send = send
        self._commands = commands
        self._interrupted_claim = interrupted_claim
        self.trials: list[Trial] = []

    def refresh(self) -> Sequence[Candidate]:
        """Adds the trials that have ended. Returns the candidates that others try now."""
        answer = self._ask({"event": "rows"})
        numbers = {each.number for each in self.trials}
        trials = [Trial.from_json(row) for row in answer["trials"]]
        news = [each for each in trials if each.number not in numbers]
        # A list of its own: threads that compare trials read the other one meanwhile.
        self.trials = sorted([*self.trials, *news], key=lambda each: each.number)
        return [Candidate(dict(each["arguments"]), each["quantize"]) for each in answer["running"]]

    def interrupted_trial(self) -> TrialClaim | None:
        """The trial that this job had begun when its last worker ended, once."""
        claim, self._interrupted_claim = self._interrupted_claim, None
        return claim

    def claim(self, candidate: Candidate) -> TrialClaim | None:
        """The number that the server gives to the candidate."""
        answer = self._ask({"event": "claim", "arguments": dict(candidate.values), "quantize": candidate.form})
        number = answer["claimed"]
        return None if number is None else TrialClaim(number, candidate)

    def append(self, trial: Trial) -> None:
        """The server stores the trial with its event, which comes next."""
        self.trials.append(trial)

    def _ask(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        self._send(event)
        return self._commands.answer()
