"""The vault: personal data, encrypted, outside the journal. Entries hold references; values are masked by default.

A value is kept per (ref, field, hlc), so that a value written late never hides a newer one; erasing leaves a tombstone.
Equality search goes through a keyed blind index. Every unmasking is a journal entry.
"""

from anlan.platform.vault.store import blinds, erase, find, masked, put, reveal, use

__all__ = ["blinds", "erase", "find", "masked", "put", "reveal", "use"]
