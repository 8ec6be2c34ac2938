"""The draft checker 审稿: reads a Chinese work report and says where it contradicts itself. Pure: no Django, no clock.

- `text.py` makes punctuation and digits alike without moving a character; `numerals.py` reads one number as an interval.
- `quantities.py` finds every number with unit, bound and context; `words.py` and `metrics.py` say what is counted.
- `structure.py` cuts paragraphs, headings, sentences and clauses; `reading.py` puts all of it together: a `Reading`.
- `rules/` judges a `Reading`, one module a rule, numbered as in the list of `check.RULES`.
- `check.py` is the door: `check(text) -> list[Finding]`. `files.py` and `docx.py` turn a file into that text.

Source: house rule; the kinds of contradiction were collected from published work reports.
"""
