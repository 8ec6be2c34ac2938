"""DL/T 645-2007 (and what meters of the 1997 edition answer): electricity meters on a serial line or behind a collector.

- `frame.py` checks and builds one frame, `cutter.py` cuts a stream into frames.
- `tables.py` with `identifiers.csv`, `controls.csv`: data identifiers with format and unit, control codes, error bits.
- `values.py` reads and writes decimal digits; `decode.py` reads what a frame says; `encode.py` builds requests and replies.
- `answer.py` serves `anlan decode`.

README.md beside this file lists the sources, the editions and what is a house rule.
"""
