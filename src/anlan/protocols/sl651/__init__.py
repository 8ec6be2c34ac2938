"""SL 651-2014 in its hexadecimal coding: what rain gauges, river and reservoir stations send to a centre.

- `frame.py` checks and builds one frame, `cutter.py` cuts a stream into frames, `crc.py` is the checksum, `join.py` puts
  pictures sent in packets together.
- `decode.py` reads what a frame says: `body.py` splits it into elements, `values.py` turns them into readings with the
  table of `elements.py`; `functions.py` names the functions, `status.py` the bits of state and the events.
- `encode.py` builds reports, queries and acknowledgements. `answer.py` serves `anlan decode`.

README.md beside this file lists clause by clause what is covered, and the sources.
"""
