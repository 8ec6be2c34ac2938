"""GB/T 26875.3-2011: what user information transmission devices of fire hosts send to a centre.

- `frame.py` checks and builds one packet, `cutter.py` cuts a stream into packets.
- `unit.py` reads and writes the application data unit with the layouts of `types.csv`; `tables.py` names commands, systems,
  parts, analog values and bits of state; `times.py` is the time label.
- `decode.py` turns packets into readings, `encode.py` builds uploads, requests, commands, confirmations.
- `answer.py` serves `anlan decode`.

README.md beside this file lists clause by clause what is covered, and the sources.
"""
