"""All tables of the platform, gathered from its sub-packages for Django."""

from anlan.platform.attachments.models import Attachment, AttachmentLink, AttachmentLook
from anlan.platform.documents.models import Document, DocumentPaper
from anlan.platform.exchange.models import EnrolCode, EnrolRequest, FileWanted, Peer, PeerLink, SignedHead
from anlan.platform.idempotency import ApiAnswer
from anlan.platform.journal.models import DayHead, Head, JournalEntry, JournalSeq, Node, Number, Redaction, Unsequenced
from anlan.platform.ledger.models import ImportRun
from anlan.platform.regions.models import Region
from anlan.platform.scheduler.models import JobLease, JobRun
from anlan.platform.search.models import SearchRow, SearchType
from anlan.platform.vault.models import VaultValue

__all__ = [
    "ApiAnswer",
    "Attachment",
    "AttachmentLink",
    "DayHead",
    "Document",
    "DocumentPaper",
    "EnrolCode",
    "EnrolRequest",
    "FileWanted",
    "AttachmentLook",
    "Head",
    "ImportRun",
    "JobLease",
    "JobRun",
    "JournalEntry",
    "JournalSeq",
    "Node",
    "Number",
    "Peer",
    "PeerLink",
    "Redaction",
    "Region",
    "SearchRow",
    "SearchType",
    "SignedHead",
    "Unsequenced",
    "VaultValue",
]
