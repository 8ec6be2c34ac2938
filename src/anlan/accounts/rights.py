"""The rights that accounts itself checks: word -> Chinese."""

RIGHTS: dict[str, str] = {
    "accounts.view": "查看人员、单位和任职",
    "accounts.manage": "管理人员、账号、任职和角色",
}
