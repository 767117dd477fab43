"""The invented community's words: channels, departments, products, what people write.

Nobody here exists. People are called 小禾0001 and the like; their phone numbers all look like
1990000xxxx, so there are ten thousand of them at most and the rest have none.
"""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = ("水果", "零食", "母婴", "家居日用")
FRUIT, SNACK, BABY, HOME = range(4)
GROUP_TYPES = ("conversion", "content", "service", "other")
GROUP_TYPE_NAMES = ("拼团群", "种草群", "服务群", "邻里群")
DEPARTMENTS = ("运营一部", "运营二部", "客服部")
ROLES = ("群主", "运营", "客服")
PLATFORMS = ("wecom", "wechat")
STAGES = ("launch", "growth", "mature")
GIVEN_NAMES = (
    "小禾",
    "阿满",
    "团团",
    "豆豆妈",
    "青柠",
    "米粒",
    "小棉袄",
    "橙子",
    "芒果布丁",
    "慢慢",
    "花生",
    "糖心",
)
CITIES = ("上海", "杭州", "苏州", "南京", "成都", "武汉", "广州", "深圳", "长沙", "西安")
GENDERS = ("female", "male", "unknown")
SCENES = ("qr", "invite", "link", "card")
LEAVE_REASONS = ("self", "removed")
REFUND_REASONS = ("坏果", "破损", "不想要了", "发错货", "迟到")
TAGS = ("宝妈", "水果控", "高客单", "爱参加活动", "沉睡", "团长候选", "价格敏感", "生鲜复购")
PAGES = ("/home", "/cart", "/activity", "/live", "/order/list", "/coupon")


@dataclass(frozen=True)
class Channel:
    """Where members come from, or by which they are reached.

    Attributes:
        share: Of joins; 0 for a channel that only reaches members.
        stays: Part of its joiners who stay for good.
        half_life: Days after which half of the others have left.
        buys: Factor on how much its joiners buy.
        cost_kind: What its money goes to, empty where nothing is spent.
        cost: Yuan per join, roughly.
        views: Impressions per join.
        clicks: Clicks per join.
        invited: Invitations per join.
    """

    channel_id: str
    name: str
    kind: str
    parent: str | None = None
    is_paid: bool = False
    share: float = 0.0
    stays: float = 0.4
    half_life: float = 20.0
    buys: float = 1.0
    cost_kind: str = ""
    cost: float = 0.0
    views: float = 0.0
    clicks: float = 0.0
    invited: float = 0.0


CHANNELS = (
    Channel("ch_parcel", "包裹卡", "parcel_card", None, True, 0.25, 0.56, 45, 1.6, "prize", 6.0, 9, 2.4, 2.0),
    Channel("ch_video", "视频号", "channels", None, True, 0.16, 0.38, 18, 1.0, "ad", 16.0, 160, 8, 2.2),
    Channel(
        "ch_official",
        "公众号",
        "official_account",
        None,
        False,
        0.13,
        0.46,
        25,
        0.9,
        "labor",
        9.0,
        70,
        5,
        1.8,
    ),
    Channel("ch_xhs", "小红书", "ads", None, True, 0.14, 0.17, 8, 0.45, "ad", 28.0, 420, 14, 2.6),
    Channel(
        "ch_xhs_kol",
        "小红书达人",
        "ads",
        "ch_xhs",
        True,
        0.05,
        0.27,
        12,
        0.7,
        "commission",
        22.0,
        260,
        10,
        2.2,
    ),
    Channel("ch_tencent", "朋友圈广告", "ads", None, True, 0.05, 0.14, 7, 0.4, "ad", 34.0, 610, 17, 2.8),
    Channel(
        "ch_referral", "朋友推荐", "referral", None, True, 0.15, 0.6, 40, 1.4, "red_packet", 8.0, 6, 2.6, 1.9
    ),
    Channel("ch_store", "门店二维码", "store", None, False, 0.07, 0.5, 30, 1.25, "labor", 8.0, 18, 3, 2.1),
    Channel("ch_mass", "企微群发", "touch"),
    Channel("ch_group", "群内容", "touch"),
    Channel("ch_circle", "朋友圈内容", "touch"),
)
REFERRAL = 6
"""Index of the channel by which members bring members."""
CHANNEL_INDEX = {channel.channel_id: number for number, channel in enumerate(CHANNELS)}

# name, price in yuan, unit, repurchase cycle in days (0: none), best months (empty: all year)
_Goods = tuple[str, float, str, int, tuple[int, ...]]
GOODS: dict[int, tuple[_Goods, ...]] = {
    FRUIT: (
        ("麒麟西瓜", 29.9, "个", 0, (5, 6, 7, 8)),
        ("妃子笑荔枝", 39.9, "份", 0, (5, 6, 7)),
        ("东魁杨梅", 59.0, "篮", 0, (6, 7)),
        ("阳光玫瑰葡萄", 49.9, "串", 0, (7, 8, 9, 10)),
        ("海南芒果", 35.8, "箱", 0, (3, 4, 5, 6)),
        ("水蜜桃", 45.0, "箱", 0, (6, 7, 8)),
        ("丹东草莓", 68.0, "盒", 0, (12, 1, 2, 3)),
        ("赣南脐橙", 39.9, "箱", 0, (11, 12, 1, 2)),
        ("智利车厘子", 158.0, "箱", 0, (12, 1, 2)),
        ("冰糖心苹果", 36.0, "箱", 14, (10, 11, 12, 1, 2)),
        ("红心火龙果", 32.9, "份", 0, ()),
        ("蓝莓", 25.9, "盒", 10, (3, 4, 5, 6)),
    ),
    SNACK: (
        ("每日坚果", 79.0, "盒", 30, ()),
        ("手撕面包", 19.9, "箱", 12, ()),
        ("蛋黄酥", 26.8, "盒", 0, ()),
        ("芒果干", 15.9, "袋", 0, ()),
        ("海盐薯片", 9.9, "袋", 0, ()),
        ("魔芋爽", 12.9, "袋", 20, ()),
        ("牛肉干", 48.0, "袋", 0, ()),
        ("黑芝麻丸", 39.9, "罐", 30, ()),
        ("气泡水", 33.0, "箱", 15, ()),
        ("燕麦脆", 29.9, "袋", 21, ()),
        ("鸭脖", 22.9, "盒", 0, ()),
        ("辣条", 6.9, "包", 0, ()),
    ),
    BABY: (
        ("婴儿奶粉", 268.0, "罐", 28, ()),
        ("纸尿裤", 119.0, "包", 24, ()),
        ("拉拉裤", 109.0, "包", 24, ()),
        ("婴儿湿巾", 29.9, "提", 30, ()),
        ("宝宝辅食泥", 45.0, "盒", 20, ()),
        ("磨牙米饼", 18.8, "盒", 20, ()),
        ("儿童牙膏", 16.9, "支", 60, ()),
        ("宝宝润肤霜", 58.0, "瓶", 60, ()),
        ("硅胶餐盘", 39.0, "个", 0, ()),
        ("认知绘本", 49.9, "套", 0, ()),
        ("宽口奶瓶", 69.0, "个", 90, ()),
        ("安抚巾", 25.0, "条", 0, ()),
    ),
    HOME: (
        ("竹浆抽纸", 29.9, "箱", 40, ()),
        ("洗衣液", 39.9, "瓶", 45, ()),
        ("洗洁精", 12.9, "瓶", 40, ()),
        ("垃圾袋", 9.9, "卷", 35, ()),
        ("厨房纸", 16.9, "提", 40, ()),
        ("软毛牙刷", 14.9, "盒", 60, ()),
        ("保鲜袋", 8.9, "盒", 45, ()),
        ("纯棉毛巾", 19.9, "条", 0, ()),
        ("藤条香薰", 59.0, "瓶", 0, ()),
        ("平板拖把", 45.9, "把", 0, ()),
        ("收纳盒", 25.9, "个", 0, ()),
        ("电热蚊香液", 27.9, "套", 30, (5, 6, 7, 8, 9)),
    ),
}
# Bought together more than by chance: product numbers within their category.
PARTNERS = (((BABY, 0), (BABY, 1)), ((BABY, 1), (BABY, 3)), ((HOME, 1), (HOME, 2)), ((FRUIT, 0), (HOME, 6)))
PRODUCT_ROLES = ("traffic", "volume", "star", "profit")

PRAISE = (
    "很甜",
    "特别新鲜",
    "性价比高",
    "包装仔细",
    "孩子爱吃",
    "分量足",
    "味道正",
    "值得回购",
    "没踩雷",
    "好用",
)
BUY_WORDS = ("多少钱", "还有货吗", "怎么下单", "几点截单", "可以自提吗", "保质期多久", "能用券吗", "包邮吗")
TROUBLES = ("坏了两个", "包装破了", "漏了一瓶", "发错规格", "迟了三天还没到", "不太新鲜", "少发一份")
HABITS = ("早起", "喝水", "亲子阅读", "晨跑", "做早餐", "减脂餐", "记账")
LIFE = (
    "晚饭吃什么",
    "周末带孩子去哪里玩",
    "今天好热",
    "下雨了记得收衣服",
    "小区停水通知",
    "谁家有螺丝刀借一下",
    "附近哪家早餐好吃",
    "快递柜又满了",
    "孩子作业写到十点",
    "地铁今天特别挤",
    "有没有人拼车",
    "推荐个剧看看",
)
PLACES = ("驿站", "前台", "小区北门", "物业", "门店", "自提点")
ENDINGS = ("", "", "", "呀", "哦", "～", "！", "哈哈", "，谢谢", "，在线等")
SHORT = (
    "收到",
    "好的",
    "谢谢",
    "+1",
    "已拍",
    "哈哈哈",
    "1",
    "同问",
    "在的",
    "赞",
    "真的吗",
    "我也要",
    "下次一定",
)
NOISE = ("？？？", "👍👍👍", "……", "🎉", "。", "😂😂", "!!!", "❤️")

TEMPLATES: dict[str, tuple[str, ...]] = {
    "ask": (
        "{p}{buy}{end}",
        "请问{p}{buy}{end}",
        "今天的{p}{buy}{end}",
        "{p}和{p2}哪个好{end}",
        "{p}明天{buy}{end}",
    ),
    "praise": (
        "{p}收到了，{good}{end}",
        "昨天团的{p}{good}，{good2}{end}",
        "第{n}次回购{p}了，{good}{end}",
        "家里老人说{p}{good}{end}",
        '给大家推荐"{p}"，{good}{end}',
    ),
    "trouble": ("{p}{bad}，怎么处理{end}", "群主，{p}{bad}{end}", "这次的{p}{bad}，有点失望{end}"),
    "group_buy": (
        "接龙 {p} {n}份",
        "{p}拼团还差{n}人，来吗{end}",
        "跟团 {p} {n}{u}",
        "接龙{p}\n1. 3{u}\n2. {n}{u}",
        "{p}{n}{u}，放{place}{end}",
    ),
    "check_in": ("打卡第{n}天 {habit}", "{habit}打卡 {n}/30", "今日{habit}完成，打卡{end}"),
    "topic": (
        "话题#{p}怎么吃# 我家是冰镇，{good}",
        "{p}搭配{p2}，{good}{end}",
        "晒单{p}，{good}{end}",
        "{p}我给{n}分{end}",
    ),
    "life": ("{life}{end}", "{life}，有人知道吗", "刚在{place}，{life}{end}"),
    "short": ("{short}",),
    "noise": ("{noise}",),
    "greeting": (
        "大家好，新人报到{end}",
        "从朋友那里来的，报个到{end}",
        "新来的，主要想买{p}{end}",
        "hi 新人求带",
    ),
    "system": ("有新朋友加入了群聊", "有朋友通过扫描二维码加入群聊", "群主修改了群公告"),
    "staff": (
        "今日开团：{p} {price}元一{u}，{n}0{u}起，链接见群公告",
        "{p}已到{place}，请到{place}自提",
        "今晚八点直播间{p}五折，先预约",
        "各位邻居，{p}明天截单",
        "{p}的小知识：{good}的要看颜色",
        "晚上好，今天想聊聊大家怎么挑{p}",
    ),
    "bot": ("早安！今日清单：{p}、{p2}", "签到提醒：回复{habit}打卡领积分", "{p}限时{price}元"),
    "shill": (
        "{p}真的{good}，我又下单了",
        "跟了{n}份{p}",
        "这个价买{p}，{good}",
        "上次的{p}{good}，支持群主",
    ),
    "consult": (
        "{p}{buy}{end}",
        "我的{p}还没发货{end}",
        "{p}{bad}，能退吗",
        "地址填错了能改成{place}吗{end}",
        "你好，在吗",
    ),
    "reply": (
        "您好，{p}已经帮您查了，今天发",
        "可以的，{p}给您补一份",
        "收到，已改成{place}",
        "亲，{p}现在{price}元一{u}",
        "抱歉久等了",
    ),
    "thanks": ("谢谢{end}", "好的，明白了", "收到了", "好，那我下单了{end}"),
    "welcome": ("您好，我是您的专属客服，想看{p}随时找我", "欢迎加入，新人券已发到账户，{p}可用"),
}
GENERIC_TOPICS = frozenset({"check_in", "life", "short", "noise", "system", "thanks"})
"""Topics that name no product: one set of texts serves every category."""
