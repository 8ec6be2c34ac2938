"""HJ 212-2017 (and the frames of HJ/T 212-2005): what pollution and gas monitors send to a centre.

- `frame.py` checks one frame, `cutter.py` cuts a stream into frames, `crc.py` is the checksum.
- `section.py` splits a data section into fields, `decode.py` reads what it says: `readings.py` with `factors.py` (units)
  and `times.py`; `messages.py` names the messages; `split.py` joins messages sent in packets. `quick.py` is for what looks
  alike, message by message.
- `encode.py` builds sections, frames and acknowledgements. `answer.py` serves `anlan decode`.

README.md beside this file lists the sources, the editions and what is a house rule.
"""
