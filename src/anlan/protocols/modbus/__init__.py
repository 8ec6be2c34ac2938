"""Modbus RTU and Modbus TCP: what meters, transmitters and controllers answer when a gateway asks them.

- `frame.py` checks and builds one frame of either kind, `cutter.py` cuts streams into frames.
- `pdu.py` reads and writes what stands behind the unit: function codes 1–6, 15, 16 and exceptions.
- `registers.py` turns registers into readings by the map of a device model.
- `decode.py` says what a frame says, `answer.py` serves `anlan decode`.

README.md beside this file lists clause by clause what is covered, and the sources.
"""
