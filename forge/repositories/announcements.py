"""The sentences of the audit log about linked branches."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.FILES,
    {
        "git.link": "linked {project} to {branch} of {url}",
        "git.unlink": "unlinked {project} from {branch} of {url}",
        "git.pull": "pulled {branch} of {url} into {project}",
        "git.update": "brought commit {commit} of {branch} into {project}, as version {version}",
        "git.same": "found the files of commit {commit} of {branch} in {project}, as version {version}",
    },
)
