"""Simulated fleets of devices: what they measure, what happens to them, and real frames of it over real sockets.

- `profiles.py`: which devices a county has and what is usual there; all numbers are our own.
- `scenarios.py`: what a device measures at an instant, on a quiet day and on others. Pure, the same for the same seed.
- `frames.py`: an HJ 212 frame of it. `drive.py`: connections that send them and wait to be acknowledged.

For `anlan simulate`, the demo county, tests and bench.
"""
