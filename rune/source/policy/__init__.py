"""A project's `forge.yml`: limits of a build, approvals that publishing needs, the tags it protects, and build
preferences.

Text to a frozen `Policy`, or the list of everything that is wrong with it; figures of a build to a judgement of each
limit. Pure Python that also runs in a browser. It knows no people, no database and no registry.
"""

from rune.source.policy.judging import Figure, Judgement, LimitResult, MeasuredFigures, TargetFigures, judge
from rune.source.policy.limits import LimitKind
from rune.source.policy.policy import ApprovalRule, BuildPreferences, Limit, Owners, Policy, RequiredCheck
from rune.source.policy.read import POLICY_FILE, CheckedPolicy, check_policy
from rune.source.policy.roles import FORMER_ROLES, ROLES

__all__ = [
    "FORMER_ROLES",
    "POLICY_FILE",
    "ROLES",
    "ApprovalRule",
    "BuildPreferences",
    "CheckedPolicy",
    "Figure",
    "Judgement",
    "Limit",
    "LimitKind",
    "LimitResult",
    "MeasuredFigures",
    "Owners",
    "Policy",
    "RequiredCheck",
    "TargetFigures",
    "check_policy",
    "judge",
]
