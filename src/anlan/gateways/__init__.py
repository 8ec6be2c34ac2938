"""The processes that hold the sockets of devices: heard, kept on disk, acknowledged, handed on.

- `tcp.py` takes connections and limits them; `hj212.py` is what one connection's bytes mean (a protocol is one such file).
- `commit.py` collects what all connections heard for some milliseconds and writes it once into the `spool.py`, whose files
  are `segments.py`; only then are the devices answered.
- `publish.py` hands parcels on in order, at least once, through `ingest.py` (HTTP) or `jetstream.py`.
- `devices.py` knows who is there; `refusals.py` keeps a sample of what could not be read. `run.py` puts it together.

No Django and no settings here: a gateway may run alone on a small box at the edge. Imports codecs and kernel only.
"""
