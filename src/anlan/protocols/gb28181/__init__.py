"""GB/T 28181-2016/2022, signalling only: cameras and recorders register, keep alive, list channels, alarm, tell positions.

- `message.py` reads and builds one SIP message, `cutter.py` cuts a TCP stream into messages.
- `digest.py`: the 401 challenge and its answer. `device_id.py` with `types.csv`: what a code of 20 digits says.
- `xml.py` reads a MANSCDP body from bytes that nobody trusts; `body.py` what it says; `decode.py` both together.
- `join.py` joins a catalogue from its pages; `encode.py` builds what the centre sends; `registrar.py` answers devices.
- `answer.py` serves `anlan decode`.

README.md beside this file lists the sources, what is covered clause by clause, and what is a house rule. No media.
"""
