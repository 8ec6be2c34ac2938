"""Backup and restore: one tar with the database as of one moment, the keys, the attachments and a manifest of hashes.

Taken while serving. A restore is checked before anything is replaced, keeps what it replaces, and starts a new
incarnation of this server's node, so that no number is ever given out twice.
"""

from anlan.platform.backup.archive import Manifest, backup_make, backup_verify
from anlan.platform.backup.nightly import nightly
from anlan.platform.backup.restore import incarnate, restore_files

__all__ = ["Manifest", "backup_make", "backup_verify", "incarnate", "nightly", "restore_files"]
