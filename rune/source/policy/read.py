"""Reads a policy from the text of a `forge.yml`, or everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rune.project.files import FileError, FileMissing, ProjectFiles, SizedFiles
from rune.source.policy.policy import Policy
from rune.source.policy.sections.checks import read_checks
from rune.source.policy.sections.data import read_data
from rune.source.policy.sections.gate import read_approvals, read_build_preferences, read_groups, read_limits, read_tags
from rune.source.policy.sections.models import ModelSource, read_models
from rune.source.policy.sections.owners import read_owners
from rune.source.policy.sections.rollouts import read_rollouts
from rune.source.policy.sections.training import Training, read_training
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Severity
from rune.source.runefile.parsing.fields import read_fields, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.compose import compose
from rune.source.runefile.yaml.values import ComposedDocument, Map, Value, YamlScalar
from rune.wording import plain, quoted, size_text

POLICY_FILE: Final = "forge.yml"
KEYS: Final = (
    "limits",
    "approvals",
    "groups",
    "protected-tags",
    "owners",
    "checks",
    "rollouts",
    "build",
    "models",
    "training",
    "data",
)
MAX_SIZE: Final = 64 * 1024
"""Bytes."""


@dataclass(frozen=True)
class CheckedPolicy:
    """The result of a check. `policy` is None where there is an error, and where there is no file.

    `root` are the values as they are written, None where nothing could be read.
    """

    diagnostics: tuple[Diagnostic, ...]
    policy: Policy | None
    source: SourceText
    root: Value | None = None
    models: tuple[ModelSource, ...] = ()
    """How the project's model files are made, which is no rule for publishing. Empty where there is an error."""
    training: Training | None = None
    """How the project's model is learned; None where the file does not say, or has an error."""
    data: str | None = None
    """The digest of the version of the project's data that belongs to the files, or None if the file names none."""

    @property
    def has_errors(self) -> bool:
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def check_policy(files: ProjectFiles) -> CheckedPolicy:
    """Checks a project's `forge.yml`. Whatever is wrong is a diagnostic; nothing is raised.

    A project without the file has no policy and no problem.
    """
    report = DiagnosticReport(POLICY_FILE)
    text = _text_of(files, report)
    if text is None:
        return CheckedPolicy(report.diagnostics, None, SourceText(POLICY_FILE, ""))
    return read_policy(text)


def read_policy(text: str) -> CheckedPolicy:
    """Checks the text of a `forge.yml`."""
    report = DiagnosticReport(POLICY_FILE)
    source = SourceText(POLICY_FILE, text)
    report.source = source
    document = compose(source, report)
    policy, models, training, data = _policy(document, report)
    if report.has_errors:
        return CheckedPolicy(report.diagnostics, None, source, document.root)
    return CheckedPolicy(report.diagnostics, policy, source, document.root, models, training, data)


def _text_of(files: ProjectFiles, report: DiagnosticReport) -> str | None:
    """The file's text, or None if there is none, or where it was reported."""
    start = SourceText(POLICY_FILE, "").span(0, 0)
    try:
        size = files.size(POLICY_FILE) if isinstance(files, SizedFiles) else 0
        data = files.read(POLICY_FILE) if size <= MAX_SIZE else b""
    except FileMissing:
        return None
    except FileError as error:
        message = f"Unable to read {quoted(POLICY_FILE)}: {plain(error.reason, 300)}"
        report.error(Code.RUNEFILE_MISSING, message, start)
        return None
    if max(size, len(data)) > MAX_SIZE:
        text = f"{POLICY_FILE} has {size_text(max(size, len(data)))}, more than the limit of {size_text(MAX_SIZE)}"
        report.error(Code.TOO_LARGE, text, start)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = f"{POLICY_FILE} is not UTF-8 text: byte {error.start} (0x{data[error.start]:02x}) does not fit"
        report.error(Code.NOT_TEXT, text, start, ["Save it as UTF-8."])
        return None


def _policy(
    document: ComposedDocument, report: DiagnosticReport
) -> tuple[Policy, tuple[ModelSource, ...], Training | None, str | None]:
    root = document.root
    if root is None or (isinstance(root, YamlScalar) and root.value is None):
        return Policy(), (), None, None
    if not isinstance(root, Map):
        wrong_shape(report, POLICY_FILE, f"a map with some of the keys {', '.join(KEYS)}", root)
        return Policy(), (), None, None
    # A limit that is misspelt and ignored would let through what somebody wanted to stop.
    fields = read_fields(root, KEYS, f"in {POLICY_FILE}", report, strict=True)
    groups = read_groups(fields.get("groups"), report)
    policy = Policy(
        read_limits(fields.get("limits"), report),
        read_approvals(fields.get("approvals"), groups, report),
        read_tags(fields.get("protected-tags"), report),
        read_build_preferences(fields.get("build"), report),
        read_owners(fields.get("owners"), groups, report),
        read_checks(fields.get("checks"), report),
        read_rollouts(fields.get("rollouts"), report),
    )
    models, training = read_models(fields.get("models"), report), read_training(fields.get("training"), report)
    return policy, models, training, read_data(fields.get("data"), report)
