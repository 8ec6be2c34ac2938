"""Modbus TCP for `anlan decode`: one frame in, one answer out."""

from __future__ import annotations

from anlan.protocols.lines import Answer
from anlan.protocols.modbus.answer import answer_of

__all__ = ["answer"]


def answer(raw: bytes) -> Answer:
    """What a frame of TCP says; never fails.

    Source: MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3; shape: house rule (docs/howto/decode.md).
    """
    return answer_of(raw, True)
