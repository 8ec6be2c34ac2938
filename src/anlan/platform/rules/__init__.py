"""Rules of the platform's own subjects: official documents."""

from anlan.platform.rules.document import DOCUMENT_LOOP

LOOPS = (DOCUMENT_LOOP,)
