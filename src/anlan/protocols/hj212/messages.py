"""The messages a centre meets, by number (CN).

Source: HJ 212-2017, table of commands (clause 6.6); rows of edition 2005 from HJ/T 212-2005, see README.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["EXECUTION", "REQUEST", "MessageType", "messages"]

# ExeRtn of 9012: how a command ended.
EXECUTION: dict[int, str] = {
    1: "执行成功",
    2: "执行失败，原因不明",
    3: "命令请求条件错误",
    4: "通讯超时",
    5: "系统繁忙不能执行",
    6: "系统故障",
    100: "没有数据",
}
# QnRtn of 9011: whether a request is accepted.
REQUEST: dict[int, str] = {
    1: "准备执行请求",
    2: "请求被拒绝",
    3: "PW错误",
    4: "MN错误",
    5: "ST错误",
    6: "Flag错误",
    7: "QN错误",
    8: "CN错误",
    9: "CRC校验错误",
    100: "未知错误",
}


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row of messages.csv.

    `kind`: data (readings, sent by devices), command (asked by the centre; some are also uploaded by the device), notice
    (by the device), reply. `answer`: number of the acknowledgement when a device sends it, "" for none.
    """

    code: str
    label: str
    kind: str
    answer: str
    edition: str


@cache
def messages() -> dict[str, MessageType]:
    """All known messages by number.

    Source: HJ 212-2017, clause 6.6; HJ/T 212-2005.
    """
    with resources.files(__package__).joinpath("messages.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: MessageType(**row) for row in csv.DictReader(file)}
