"""The vocabulary: measure words and units, what is not a quantity, and the words of official reports that rules ask for."""

from __future__ import annotations

import re

MONEY = ("元", "块钱", "人民币")
PERCENT = ("%", "％", "‰")
POINTS = ("个百分点", "百分点")
TIMES = ("倍", "番", "成")
TIME = (
    "个小时",
    "小时",
    "分钟",
    "秒钟",
    "个月",
    "个工作日",
    "工作日",
    "年",
    "月",
    "日",
    "天",
    "周",
    "时",
    "秒",
    "季度",
    "周年",
    "周岁",
    "岁",
    "点",
)
SIZE = (
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "平米",
    "公顷",
    "亩",
    "公里",
    "千米",
    "毫米",
    "厘米",
    "米",
    "公斤",
    "千克",
    "毫克",
    "吨",
    "克",
    "升",
    "毫升",
    "千瓦时",
    "千瓦",
    "度",
    "摄氏度",
    "级",
    "伏",
    "兆帕",
    "海里",
    "方",
)
COUNT = (
    "人次",
    "家次",
    "户次",
    "车次",
    "台次",
    "项次",
    "辆次",
    "批次",
    "场次",
    "艘次",
    "处次",
    "个次",
    "学时",
    "课时",
    "件次",
    "点次",
    "条次",
    "大类",
    "个",
    "家",
    "处",
    "项",
    "条",
    "起",
    "宗",
    "例",
    "名",
    "人",
    "位",
    "户",
    "次",
    "场",
    "期",
    "份",
    "册",
    "本",
    "张",
    "幅",
    "块",
    "座",
    "栋",
    "幢",
    "间",
    "所",
    "口",
    "眼",
    "根",
    "批",
    "类",
    "种",
    "门",
    "篇",
    "封",
    "台",
    "辆",
    "架",
    "艘",
    "支",
    "套",
    "件",
    "只",
    "部",
    "路",
    "瓶",
    "箱",
    "袋",
    "桶",
    "顶",
    "具",
    "把",
    "床",
    "双",
    "组",
    "轮",
    "遍",
    "笔",
    "桩",
    "片",
    "棵",
    "株",
    "头",
    "层",
    "村",
    "镇",
    "乡",
    "行业",
    "部门",
    "街道",
    "社区",
    "公司",
    "企业",
    "单位",
    "盏",
    "卡",
    "班",
    "款",
    "副",
    "道",
    "节",
    "集",
    "排",
    "队",
)
KINDS: dict[str, str] = (
    dict.fromkeys(MONEY, "money")
    | dict.fromkeys(PERCENT, "percent")
    | dict.fromkeys(POINTS, "points")
    | dict.fromkeys(TIMES, "times")
    | dict.fromkeys(TIME, "time")
    | dict.fromkeys(SIZE, "size")
    | dict.fromkeys(COUNT, "count")
)
UNITS = "|".join(re.escape(u) for u in sorted(KINDS, key=len, reverse=True))
# A Chinese numeral is a quantity only before one of these; 一个, 一批, 三同时, 两会 are words.
HAN_UNITS = "|".join(re.escape(u) for u in sorted((*COUNT, *POINTS, "倍", "元", "成"), key=len, reverse=True))

# What hides a number: dates, document numbers, ordinals, telephone numbers, codes, standards, quoted names.
NOT_QUANTITIES = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|"
    r"〔\D{0,3}\d{2,5}\s?〕\s?第?\s?\d*\s?号?"
    r"|\d{4}\s?年(?:度)?(?:\s?\d{1,2}\s?月(?:份)?(?:\s?\d{1,2}\s?日)?)?"
    r"|(?<![\d.])\d{1,2}\s?月(?:份)?\s?\d{1,2}\s?[日号]?"
    r"|(?<![\d.])\d{1,2}\s?(?:至|到|-|、)\s?\d{1,2}\s?月(?:份|底|初|中旬)?"
    r"|(?<![\d.个])\d{1,2}\s?月(?:份|底|初|中旬|上旬|下旬)?(?!\w?内)"
    r"|(?<![\d.])\d{1,2}\s?日(?!均)"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[时点]\s?(?:\d{1,2}\s?分|许|整|半)?(?![段间])"
    r"|第\s?(?:\d+|[一二三四五六七八九十百零]+)\s?[-、至]?\s?\d*[个次届轮批期季度名位条款项章节部卷号版类方季]?"
    r"|\d+(?:\.\d+)*\s?号"
    r"|[“‘][^“”‘’\n，。]{0,12}?\d{1,4}(?:[.+·*-]\d{1,4})*[^“”‘’\n，。%]{0,8}[”’]"
    r"|(?:GB|DB|AQ|HJ|SL|JGJ)(?:/T)?\s?\d+(?:[.-]\d+)*|[A-Za-z]+[-/]?\d+(?:[.-]\d+)*[A-Za-z]*"
    r"|\d+[A-Za-z]+"
    r"|\d+(?:\+[\dA-Za-z]+)+"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)\d{3,4}-\d{7,8}(?!\d)|\d{19,}"
    r"|(?<![\d.])(?:110|119|120|122|12350|12345|12369|12315|12119)(?=报警|电话|热线|指挥|火警|急救|举报|平台|、|”|“|接处警|消防)"
    r"|\d+\.\d+\.\d+(?:\.\d+)*"
    r"|每\s?(?:\d+|[一二三四五六七八九十百]+)\s?(?:个?月|年|天|周|小时|分钟|日)"
)

HAZARD = re.compile(r"隐患|问题|风险点|缺陷")
HAPPENED = re.compile(r"发现|排查出|检查出|查出|检测出|排查|查找|查摆|摸排|查改|检查|检测")
MENDED = re.compile(
    r"(?:整改|修复|销号|消除|闭环|治理)(?!通知|指令|方案|率|意见|责任|措施|台账|文书|建议|期限|工作|要求|不|书|行动|任务|清单|领域)"
)
NOT_MENDED = re.compile(
    r"(?:责令|限期|正在|未|尚未|待|需|持续|要求|抓紧|跟踪|督办|不能立即|无法立即|逾期|计划|拟|应)(?:\w{0,4})?(?:整改|修复|治理|销号|消除)|整改中|未完成"
)
REMAINING = re.compile(r"其余|剩余|余下|剩下|尚有|还有|尚余|仍有|未整改|未完成|正在整改|限期整改|整改中|尚未")
FINES = re.compile(r"罚款|罚没|罚金|处罚金额|罚单金额|经济处罚|行政处罚(?=人民币|共?计?$)|处罚款")
CASES = re.compile(r"立案|查处|办案|办结|案件|行政处罚|处罚")
DEATHS = re.compile(r"死亡|遇难|亡人|身亡")
INJURED = re.compile(r"受伤|轻伤|重伤|致伤")
ACCIDENTS = re.compile(r"事故|火灾|火情|火警|警情|案件|灾情|险情")
INSPECTED = re.compile(r"检查|督查|督导|巡查|抽查|执法|走访|核查|暗访|巡检")
WHOLE = re.compile(r"全[市县区镇乡街村州省旗局场校院]|全街道|全辖区|辖区内?共|我[市县区镇乡局]共?|全年")
TOGETHER = re.compile(r"合计|共计|总计|总共|一共")
SUMMED = re.compile(r"合计|共计|总计|总共|一共|累计|共")

SECTORS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words))
    for name, words in (
        ("fire", r"消防|火灾|九小场所"),
        ("forest", r"森林|草原|林区|山林"),
        ("traffic", r"道路|交通|两客一危|客运|货运|车辆"),
        ("building", r"建筑|在建|房屋|工地|住建|城市建设|施工"),
        ("minor_works", r"小散工程|零星作业"),
        ("chemical", r"危化|危险化学品|化工|涉危|烟花爆竹"),
        ("park", r"园区"),
        ("industry", r"工贸|工矿|冶金|涉氨|粉尘|有限空间|工业企业"),
        ("mine", r"矿山|煤矿|尾矿"),
        ("gas", r"燃气|液化气|天然气"),
        ("equipment", r"特种设备|电梯|锅炉|压力容器"),
        ("flood", r"防汛|防台|水利|水库|山塘|洪涝|汛期|台风|水旱"),
        ("geology", r"地质|地灾|滑坡"),
        ("school", r"学校|校园|教育|师生|幼儿园"),
        ("tourism", r"旅游|景区|文旅|文化|民宿"),
        ("water", r"渔业|渔船|水上|船舶|港口"),
        ("farm", r"农机|农业|畜牧"),
        ("waste", r"危险废物|危废|固废|产废"),
        ("health", r"医院|卫生|医疗|养老|敬老院"),
        ("power", r"电力|用电|供电"),
        ("rental", r"出租房|出租屋|自建房|住宅"),
        ("food", r"食品|餐饮"),
    )
)


def sectors(text: str) -> frozenset[str]:
    """The sectors that a passage names.

    Source: house rule.
    """
    return frozenset(name for name, words in SECTORS if words.search(text))
