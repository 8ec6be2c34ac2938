"""Anlan (安澜): the open-source platform a county emergency-management bureau runs on."""

import os

__version__ = "0.1.0"

# Before anything loads numpy: our matrices are small, and threads of the linear algebra that wait for each other on a busy
# machine took three times the work itself. Whoever names a number keeps it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
