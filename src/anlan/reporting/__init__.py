"""What leaves the bureau in writing. So far: the draft checker 审稿.

`drafts` is pure, needs no record of ours and imports without Django (`anlan check-draft`); the rest of the folder is its
thin door for signed-in officers, and remembers which findings an office does not follow (Dismissal). Drafts themselves are
never kept (ADR 0022).
"""
