"""The analysis of a `forge.yml`, which all answers about it use: its check, and what the project around it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rune.editing.language.facts.place import TextPlace, fields, places, tolerant_tree
from rune.project.files import ProjectFiles
from rune.source.policy import POLICY_FILE, CheckedPolicy, check_policy
from rune.source.runefile import CheckedRunefile
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.values import Value
from rune.wordlist import words_of

MOST_LABELS = 200


@dataclass(frozen=True)
class PolicyAnalysis:
    """The file at one moment. `labels` are those that the project's pipeline can answer with."""

    checked_policy: CheckedPolicy
    labels: tuple[str, ...] = ()

    @property
    def source(self) -> SourceText:
        return self.checked_policy.source

    @property
    def root(self) -> Value | None:
        """The values of the policy, from the strict parser, or from the tolerant one where that failed."""
        is_whole = all(each.code != Code.YAML_SYNTAX.value for each in self.checked_policy.diagnostics)
        if self.checked_policy.root is not None and is_whole:
            return self.checked_policy.root
        return tolerant_tree(POLICY_FILE, self.source.text)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups that stand in it."""
        section = next((value for key, value in fields(self.root) if key.text == "groups"), None)
        return tuple(key.text for key, _ in fields(section))

    def place_at(self, offset: int) -> TextPlace | None:
        """The word at an offset; None between words."""
        for place in places(self.root):
            span = place.word.span
            if span.start.offset <= offset <= span.end.offset and span.start.offset < span.end.offset:
                return place
        return None


def analyse_policy(files: ProjectFiles, runefile: CheckedRunefile | None = None) -> PolicyAnalysis:
    """Analyses a project's `forge.yml`; `runefile` is the check of its Runefile, where that is known."""
    return PolicyAnalysis(check_policy(files), () if runefile is None else tuple(_labels(runefile))[:MOST_LABELS])


def _labels(checked_runefile: CheckedRunefile) -> Iterator[str]:
    stages = () if checked_runefile.pipeline is None else checked_runefile.pipeline.stages
    for stage in stages:
        words = stage.arguments.get("wordlist") if isinstance(stage, BlockStage) else None
        if isinstance(words, str):
            yield from dict.fromkeys(word.strip() for word in words_of(words) if word.strip())
