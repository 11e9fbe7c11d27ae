"""Tests for PostgreSQL alone: `tests/foreign/serving/test_counts_on_postgresql.py` runs this folder with it."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("FORGE_TEST_DATABASE_URL", "").startswith("postgresql") else ["test_*.py"]
