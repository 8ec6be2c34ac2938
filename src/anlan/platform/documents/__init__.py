"""Official documents (文书): contexts declare templates, the office may lay its own over them, every number is given once.

What was issued is stored as it was handed over and never changes; signatures, refusals and service are entries of
the journal's subject `platform.document`.
"""

DOCUMENTS = ()
"""The platform declares no kind of document of its own."""
