"""The settings that tests run with: the project's own, with data in a folder of this run and quick passwords.

The database is SQLite, or the PostgreSQL that FORGE_TEST_DATABASE_URL names.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="forge-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
for _name in ("PUBLIC_URL", "HOST", "PORT", "SECRET_KEY", "UPLOAD_LIMIT", "TLS_CERTIFICATE", "TLS_KEY"):
    os.environ.pop(_name, None)
for _name in ("BROKER_URL", "DATABASE_URL", "REDIS_URL", "S3_URL"):
    os.environ.pop(_name, None)
if "FORGE_TEST_DATABASE_URL" in os.environ:  # the same tests on PostgreSQL
    os.environ["DATABASE_URL"] = os.environ["FORGE_TEST_DATABASE_URL"]

from forge.settings import *  # noqa: E402, F403 (the folder must be named first)
from forge.settings import DATABASES, MIDDLEWARE  # noqa: E402

MIDDLEWARE = ["tests.support.api.described_answers.compare_with_the_description", *MIDDLEWARE]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A file, as in life: tests use several threads, and a database in memory locks in another way.
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
