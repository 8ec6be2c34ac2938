"""The rights that the platform itself checks: word -> Chinese."""

RIGHTS: dict[str, str] = {
    "platform.document.view": "查看文书",
    "journal.read": "查看管辖范围内的全部履历",
    "journal.decide": "裁定断网期间的重复办理",
    "vault.reveal": "查看完整个人信息（须填理由，留痕）",
    "platform.operate": "运行维护：任务、备份、核对",
    "platform.peers": "上下级节点的接入、批准与吊销",
    "platform.redact": "依法删除履历正文",
}
