"""The chain of the audit log on PostgreSQL: several processes write and extend it at once, and it is one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import REPOSITORY
from tests.support.installations.backups import manage
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.foreign

WRITERS, ENTRIES = 4, 25
WRITE = f"""
from django.db import transaction
from forge.accounts.principals import INSTALLATION
from forge.core.audit.chain import extend
from forge.core.audit.entries import write_entry
for number in range({ENTRIES}):
    with transaction.atomic():
        write_entry(INSTALLATION, "sample.ended", "project:x", share=number / 3, text="ä", nested={{"b": [1, None]}})
    extend(3)
"""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.proof
@pytest.mark.protects("audit/two-chains", "audit/lost-copies")
def test_several_processes_extend_one_chain_and_a_running_server_sends_all_of_it(
    services: Services, tmp_path: Path
) -> None:
    copy = tmp_path / "audit.jsonl"
    settings = {**services.environment("audited"), "AUDIT_COPIES": f"file://{copy}"}
    with LiveServer(tmp_path / "data", settings) as live:
        environment = {**live.environment, "DJANGO_SETTINGS_MODULE": "forge.settings"}
        command = [sys.executable, "manage.py", "shell", "-c", WRITE]
        writers = [subprocess.Popen(command, cwd=REPOSITORY, env=environment) for _ in range(WRITERS)]
        assert [writer.wait(120) for writer in writers] == [0] * WRITERS

        live.until(lambda: has_all_of_it(settings["DATABASE_URL"]), 60)
        verification = manage(environment, "verify_audit", "--copy", str(copy), "--json")
        assert verification.returncode == 0, verification.stdout + verification.stderr
        whole = json.loads(verification.stdout)
    assert whole["waiting"] == 0
    assert whole["anchors"] == whole["entries"] >= WRITERS * ENTRIES
    positions = [json.loads(line)["position"] for line in copy.read_text().splitlines()]
    assert positions == list(range(1, len(positions) + 1)), "each once and in order"


def has_all_of_it(database: str) -> bool:
    """Returns whether every entry has its position, and the copy has the last."""
    waiting = "SELECT count(*) FROM core_auditentry WHERE position IS NULL"
    behind = "SELECT (SELECT max(position) FROM core_auditentry) - (SELECT max(position) FROM core_auditcopy)"
    with psycopg.connect(database) as connection:
        return [connection.execute(question).fetchall() for question in (waiting, behind)] == [[(0,)], [(0,)]]
