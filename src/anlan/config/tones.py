"""The colour of a state's word in lists, so that a clerk sees at a glance what waits and what is late. Presentation only."""

from __future__ import annotations

# What the list shows -> class of its tag. A word that is not here stays plain text.
TONES: dict[str, str] = {
    "已发现": "tag",
    "责令整改": "tag tag-warn",
    "已提交": "tag tag-info",
    "存疑复核": "tag tag-bad",
    "已销号": "tag tag-good",
    "重大隐患": "tag tag-bad",
    "检查中": "tag tag-info",
    "自查中": "tag tag-info",
    "已上报": "tag tag-good",
    "已完成": "tag tag-good",
    "编制中": "tag",
    "待批准": "tag tag-warn",
    "已批准": "tag tag-good",
    "已派发": "tag tag-info",
    "已退回": "tag tag-bad",
    "已取消": "tag",
    "已办结": "tag tag-good",
    "拟挂牌": "tag tag-warn",
    "挂牌督办": "tag tag-bad",
    "申请摘牌": "tag tag-info",
    "已摘牌": "tag tag-good",
    "不予挂牌": "tag",
    "已撤销": "tag",
    "已出具": "tag tag-info",
    "已签字": "tag tag-good",
    "已拒签": "tag tag-bad",
    "已送达": "tag tag-good",
    "已作废": "tag",
    "停产": "tag tag-warn",
    "关闭": "tag",
    "搬迁": "tag",
    "停用": "tag",
}
