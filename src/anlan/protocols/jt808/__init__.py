"""JT/T 808-2011, 2013 and 2019: what terminals in lorries, coaches and hazardous-goods vehicles exchange with a centre.

- `frame.py` checks one frame, `cutter.py` cuts a stream into frames, `split.py` joins messages sent in packages.
- `decode.py` reads what a frame says: `location.py` positions with their additional items (`items.py`), `bodies.py` the
  other messages, in the small language of `layout.py`; `messages.py`, `bits.py`, `parameters.py` name things.
- `encode.py` builds bodies, frames and packages, `replies.py` what a centre owes. `answer.py` serves `anlan decode`.

README.md beside this file lists the sources, the editions and what is a house rule.
"""
