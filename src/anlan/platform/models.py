"""All tables of the platform, gathered from its sub-packages for Django."""

from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node, Number, Unsequenced
from anlan.platform.vault.models import VaultValue

__all__ = ["Head", "JournalEntry", "JournalSeq", "Node", "Number", "Unsequenced", "VaultValue"]
