"""An evaluation as JUnit XML, which CI services show: a case for each sample, failed where the answer is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.wording import accuracy_sentence, outcome_sentence, stream_sentence
from rune.source.policy import Judgement
from rune.source.policy.wording import judgement_sentence, limit_name

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(evaluation: Evaluation, name: str, judgements: Sequence[Judgement] = ()) -> str:
    """The text of the file. Samples that could not be read, or for which no time was left, are skipped cases.

    Each limit of a policy is a case too.
    """
    wrong = [each for each in evaluation.outcomes if not each.is_right]
    missed_targets = [each for each in judgements if not each.outcome.passes]
    skipped_count = len(evaluation.unread) + evaluation.left
    suite = Element(
        "testsuite",
        name=_clean(name),
        tests=str(len(evaluation.outcomes) + skipped_count + len(judgements)),
        failures=str(len(wrong) + len(missed_targets)),
        errors="0",
        skipped=str(skipped_count),
    )
    for each in evaluation.outcomes:
        case = SubElement(suite, "testcase", classname=_clean(each.label or "recording"), name=_clean(each.name))
        if not each.is_right:
            SubElement(case, "failure", message=_clean(outcome_sentence(each)))
    for unread_sample in evaluation.unread:
        case = SubElement(suite, "testcase", classname="not read", name=_clean(unread_sample.name))
        SubElement(case, "skipped", message=_clean(unread_sample.reason))
    for number in range(evaluation.left):
        case = SubElement(suite, "testcase", classname="not run", name=f"sample {number + 1} after the time limit")
        SubElement(case, "skipped", message="the time limit was reached")
    for judgement in judgements:
        case = SubElement(suite, "testcase", classname="limit", name=_clean(limit_name(judgement.limit)))
        if not judgement.outcome.passes:
            SubElement(case, "failure", message=_clean(judgement_sentence(judgement)))
    sentences = [accuracy_sentence(evaluation), stream_sentence(evaluation)]
    SubElement(suite, "system-out").text = _clean("\n".join(each for each in sentences if each is not None))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Replaces characters that XML cannot hold."""
    return _NOT_XML.sub("�", text)
