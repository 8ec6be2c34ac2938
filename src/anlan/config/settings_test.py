"""Settings of the test suite: those of the product with a fast hasher, a throw-away data folder and fixed keys.

`ANLAN_TEST_DATABASE_URL` runs the same suite on PostgreSQL; Django makes and drops a database `test_<name>` there.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# The product's settings read the environment when they are imported, so the test's own folder must be named before.
_FOLDER = Path(tempfile.mkdtemp(prefix="anlan-test-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["ANLAN_DATA"] = str(_FOLDER)
os.environ["ANLAN_DATABASE_URL"] = os.environ.get("ANLAN_TEST_DATABASE_URL", "")
os.environ["ANLAN_SECRET_KEY"] = "only-for-tests-0123456789abcdefghijklmnopqrstuvwxyz"
os.environ["ANLAN_VAULT_KEY"] = "11" * 32

from anlan.config.settings import *  # noqa: E402, F403
from anlan.config.settings import ALLOWED_HOSTS, DATABASES, INSTALLED_APPS  # noqa: E402

# Two small contexts that exist only in the tests of the journal and of the ledgers (tests/journal_app, tests/ledger_app).
INSTALLED_APPS = [*INSTALLED_APPS, "journal_app", "ledger_app"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads of a live server and of a job each open their own connection.
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
