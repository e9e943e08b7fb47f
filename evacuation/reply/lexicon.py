"""The words of village SMS, by what they do in a sentence. Words only: the grammar is elsewhere.

Each table is one `Kind`; a word stands in one table. Words are simplified Chinese, and words in Latin letters stand
in `evacuation.reply.latin`. Misspellings stand with the word they are meant to be.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from evacuation.reply.reading import Need


class Kind(StrEnum):
    """What a token does."""

    NUM = "number"
    QTY = "quantity"
    LOOSE = "number without a unit"
    HOUSE = "unit of households"
    PERSON = "unit of people"
    LABEL_HOUSE = "label before a number of households"
    LABEL_PERSON = "label before a number of people"
    COUNTER = "unit of something else"
    GROUP_UNIT = "unit of a group"
    GROUP = "a numbered group"
    ORDINAL = "ordinal mark"
    ABOUT = "about, before a number"
    ODD = "and some, after a number"
    SPACE = "space"
    COMMA = "pause"
    STOP = "end of sentence"
    ASK_MARK = "question mark"
    DASH = "dash"
    UNKNOWN = "unknown"
    NAME = "a name"
    MOVE = "move"
    GO = "leave, colloquially"
    ARRIVE = "arrive"
    DONE = "done"
    LE = "particle of a finished act"
    FINISH = "finished"
    ALL = "all"
    NEG = "not"
    NEEDLESS = "need not"
    UNABLE = "cannot"
    MODAL = "should, will"
    NOW = "at once, under way"
    LATER = "later"
    TELL = "tell, prepare, begin"
    ORGANISE = "organise"
    COND = "if"
    AFTER = "after"
    HEDGE = "perhaps, mostly"
    ELSEWHERE = "another place's people"
    EXCEPT = "except"
    EXCEPT_END = "closes except"
    REST = "the others"
    OF_WHICH = "of whom"
    TOTAL = "in all"
    AGAIN = "more"
    STILL = "there are still"
    LEFT = "left over"
    BUT = "but, and"
    REFUSE = "will not"
    WILLING = "persuaded"
    AWAY = "away"
    AT_HOME = "those at home"
    HELP = "cry for help"
    WANT = "wants"
    RESOURCE = "what is wanted"
    ROAD = "road"
    CUT = "cut, blocked"
    PLIGHT = "people in need"
    SOLVED = "solved"
    HAZARD = "danger of the ground"
    SIGN = "movement of the ground"
    ATTRIBUTE = "word that makes a danger a mere name"
    ABSENT = "the sender cannot act"
    CALL_OTHER = "call somebody else"
    WRONG = "wrong number"
    STOP_WORD = "unsubscribe"
    ROLE = "office"
    I = "I"  # noqa: E741
    WE = "our village"
    QWORD = "question word"
    TAG = "tag question"
    ASK_END = "question particle"
    CORRECT = "correction"
    IS = "is"
    ACK = "received"
    UNAWARE = "not received, not known"
    BACK = "went back"
    TARGET = "those who would have to move"
    DOCUMENT = "a paper or message about moving"
    DE = "of"
    TO = "to, at"
    SHELTER = "shelter"
    AREA_END = "suffix of a village's name"
    PART_END = "suffix of a hamlet's name"
    PEOPLE = "people"
    SOME = "some of the people"
    OTHERS = "people on no list"
    THERE = "there is"
    ALSO = "emphatic even"
    WHEN = "time of day, past or to come"
    FILL = "harmless"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CHINESE: Final[dict[Kind, tuple[str, ...]]] = {
    # units; 家 and 个 count only right after a number (quantities.py)
    Kind.HOUSE: _words("户 家 户人家 家人家 户农户 户群众 户家庭 户人 户村民 户居民 家农户 户住户"),
    Kind.PERSON: _words(
        "人 口 个 名 位 个人 口人 号人 人口 名群众 名村民 个群众 位群众 位村民 个村民 人员 名人员 个老百姓 名居民 个百姓"
    ),
    Kind.LABEL_HOUSE: _words("户数"),
    Kind.LABEL_PERSON: _words("人数"),
    Kind.GROUP_UNIT: _words("组 社 队 小组 村民小组 村小组 号组 村民组 生产队"),
    # numbers before these count something else
    Kind.COUNTER: _words(
        "点 点钟 点半 时 分 分钟 秒 月 日 号 年 岁 小时 个小时 个钟头 个钟 天 毫米 mm 厘米 cm 公分 米 m 公里 km 里 里路 "
        "度 级 元 块 块钱 % 楼 层 栋 间 辆 台 次 部 趟 道 处 条 斤 公斤 头 只 个组 个社 个村 个点 个月 "
        "个小组 个自然村 个安置点 人次 户次 份 个电话 遍 方 立方 个隐患点 处隐患点 号楼 单元 顶 张 头牛 头猪"
    ),
    Kind.ORDINAL: _words("第"),
    Kind.ABOUT: _words("约 大约 将近 接近 近 大概 至少 不到 超过 不下 差不多有 起码"),
    Kind.ODD: _words("多 余 来 几 左右 上下 以上 以内 把"),
    # moving; the second line are misspellings and homophones
    Kind.MOVE: _words(
        "转移 撤 撤离 疏散 撤退 转移安置 避险转移 转移避险 撤走 转走 搬离 转运 撤出 转出 转移出来 撤离出来 转移走 安全转移 "
        "紧急转移 转出来 撤出来 转移出去 "
        "转义 转意 转一 转易 转已 转以 撒离 撤里 彻离 辙离 撤利 砖移 传移 专移 转栘 撒走 撒出"
    ),
    # weak: says "moved" only with people as subject and everything else in place
    Kind.GO: _words(
        "走 转 搬 搬走 出来 走出来 搬出来 送走 接走 带走 下山 离开 接出来 送出来 搬出去 下来 转到 撤到 搬到 走到"
    ),
    Kind.ARRIVE: _words(
        "到达 抵达 安置 安置到 安置在 安置于 入住 安顿 安顿在 住进 送到 送至 接到 集中安置 妥善安置 到达安置点 进驻"
    ),
    Kind.DONE: _words(
        "已 已经 已将 已把 已经将 已经把 业已 实际 实转 成功 刚刚 刚 刚才 已成功 已安全 经已 以经 己经 己 己全部 已由"
    ),
    Kind.LE: _words("了 咯 啦 喽 哒 嘞 过了 起了"),
    Kind.FINISH: _words(
        "完 完毕 完成 结束 好了 到位 完了 毕 完咯 完啦 完全完成 圆满完成 搞完 弄完 做完 搞定 妥当 完必 玩毕 完比 干净 空了"
    ),
    Kind.ALL: _words(
        "全部 全 都 全都 所有 全体 全员 一个不剩 一个不漏 一户不漏 一个不落 一户不落 一人不落 一人不漏 均 统统 通通 尽数 悉数 "
        "一个都没落下 一户没落 一个没落 全数 都全部 全部都 一个也没落下 一个不少"
    ),
    Kind.NEG: _words(
        "不 没 没有 未 无 尚未 还没 还没有 没得 莫得 莫 未能 没能 还未 并未 并没有 从未 别 不是 而不是 并非 还不 暂无 不得 都没 都没有 冇 勿 没的 非"
    ),
    Kind.NEEDLESS: _words("不需要 不用 无需 不必 不需 不须 无须 不要 用不着 没必要 没有必要 不再需要"),
    Kind.UNABLE: _words(
        "无法 不能 没法 没办法 来不及 转移不了 转不了 撤不了 撤不出来 转不出来 走不脱 走不出来 转移不出来 撤离不了 走不了 出不来 下不来 转移不出去 出不去 不好转移"
    ),
    Kind.MODAL: _words(
        "请 要 需 应 需要 应该 必须 该 须 将 将要 即将 可以 能 会 拟 得 确保 务必 保证 一定 可 应当 愿意 愿 想 计划 打算 预计 力争 争取 欲 待 望 希望 最好"
    ),
    # spoken of as under way: an answer, never a finished act
    Kind.NOW: _words(
        "马上 立即 立刻 这就 正在 正 抓紧 尽快 赶紧 赶快 马上就 在组织 还在 现在就 连忙 正组织 继续 中 进行 进行中 途中 路上 尽量 立马"
    ),
    Kind.LATER: _words(
        "明天 明早 明日 后天 等 等到 稍后 晚点 晚些 待会 等会 等下 一会 一会儿 等一下 过会 过一会 迟点 下午 天亮 天亮后 再说 回头 暂时 暂 先不 先别 暂缓 缓一缓 早上再"
    ),
    # what comes before moving: whoever was told has not moved
    Kind.TELL: _words(
        "准备 通知 动员 安排 要求 开始 着手 劝说 劝导 劝 催 喊 叫 让 号召 广播 宣传 部署 下达 启动 做工作 逐户通知 敲门 入户 挨家挨户 上门 喊话 准备好 待命 打招呼 做思想工作 吹哨 敲锣 集合 整理 收拾"
    ),
    Kind.ORGANISE: _words("组织 带领 协助 护送 帮助 带 引导 负责 集中 分批 陆续 逐步 全力"),
    Kind.COND: _words("如果 要是 假如 若 万一 一旦 只要 的话 除非 倘若 假设 要不是 若是 只有在"),
    Kind.AFTER: _words("后 之后 以后 完后 再 然后 随后 才 前 之前 以前 时候 的时候"),
    Kind.HEDGE: _words(
        "基本 基本上 大部分 大部份 多数 大多数 部分 一部分 一半 几乎 差不多 快 快要 好像 可能 估计 听说 据说 应该都 应该已经 应该全部 "
        "或许 也许 大体 绝大部分 绝大多数 恐怕 似乎 看样子 就快 差点 八成 个别 有些 有的 演习 演练 模拟 测试 假装 开玩笑 疑似 大致 怕"
    ),
    Kind.ELSEWHERE: _words(
        "工作人员 值班人员 工作队 驻村工作队 队伍 救援队伍 抢险队伍 我家 全家 我户 本户 我们家 自家 他们 她们 人家 上面的人家 下面的人家 隔壁 邻村 别的村 别村 其他村 他们村 人家村 对面村 旁边村 上面村 下面村 你们 你村 外村 邻居村"
    ),
    Kind.EXCEPT: _words("除了 除 除开 除去"),
    Kind.EXCEPT_END: _words("外 以外 之外"),
    Kind.REST: _words("其余 其他 其它 剩下的 剩余的 余下 余下的 别的 其余的 其他的 另外的 其余人员"),
    Kind.OF_WHICH: _words("其中 其中有 包括 含 包含 内含"),
    Kind.TOTAL: _words(
        "共 总共 一共 合计 累计 共计 总计 累积 共有 总数 总的 总计为 截至目前 截止目前 截至 截止 到目前为止 截至现在 截止现在 到现在 至此 计 目前已 现已 至今"
    ),
    Kind.AGAIN: _words("又 新增 再次 另又 增加 又再 新 另外又 后来又"),
    Kind.STILL: _words("还有 尚有 仍有 另有 另外有 还有个 还 仍 尚 仍然 还是 只有 就 仅 仅有"),
    Kind.LEFT: _words("还剩 还差 剩 剩余 剩下 差 还余 只剩 就剩 仅剩 未转移的 尚余 还欠 剩到 下剩"),
    Kind.BUT: _words("但 但是 不过 可是 而 而且 只是 另外 另 同时 并 并且 以及 然而 唯独 就是 因此 所以 因为 由于"),
    Kind.REFUSE: _words(
        "不愿 不愿意 不肯 不想 不同意 拒绝 不配合 不听劝 拒不 "
        "不走 不撤 不搬 不转移 不撤离 不愿走 不肯走 不想走 不愿搬 不肯搬 不肯转移 不愿转移 不愿撤离 不愿意走 不愿意转移 不愿意撤离 "
        "不愿离开 不愿意离开 不离开 不肯离开 赖着 赖到 劝不动 劝不走 劝不听 不听 不听话 做不通 说不通 喊不走 叫不走 喊不动 叫不动 "
        "拒绝转移 拒绝撤离 拒绝离开 抵触 不答应 不干 死活 硬是 不情愿 抗拒 守着 不愿下山 不来 不听招呼 不想搬"
    ),
    Kind.WILLING: _words(
        "想通 想通了 劝通 劝通了 说通了 做通了 同意了 答应了 劝动了 愿意走了 跟着走了 肯走了 配合了 做通工作"
    ),
    Kind.AWAY: _words(
        "外出 务工 打工 外出务工 外出打工 在外 在外地 外地 不在家 不在村 走亲戚 出门 外出了 常年外出 长期外出 常年在外 在外务工 在外打工 "
        "没人在家 无人在家 没在家 未在家 空房 空户 空置 无人居住 没人住 不在村里 常年无人 进城 外面打工 在外面 没有人在家 外出未归 外出读书 读书 出远门"
    ),
    Kind.AT_HOME: _words("在家的 在家 在村的 在村 留守 留守的 在屋的 常住 在屋头的 实际在家 现有 家里的"),
    Kind.HELP: _words(
        "求助 救命 支援 增援 求救 救援 请求支援 请求救援 请求援助 援助 援救 紧急求助 需要帮助 需要帮忙 请求帮助 急救 抢救 搭救 sos "
        "快来救 快来救援 来人救 派人来救 求援 来救人 快救人 快救 救救我们 救救 快来人 需要支援 需要救援 请派人 派人来 派人 请求派人 帮帮我们 "
        "人手不够 人手不足"
    ),
    Kind.WANT: _words(
        "请求 急需 急要 快派 请派 速派 请速派 请快派 派 需要派 请求派 缺 缺少 缺乏 要求派 急缺 不够 紧缺 求派 调 请调 安排点 送点 来点 来个 来辆 请求调 请求送 快送 请送"
    ),
    Kind.ROAD: _words(
        "路 道路 公路 桥 桥梁 路面 路基 村道 进村路 出村路 进村的路 出村的路 村里的路 大桥 小桥 交通 通道 便道 马路 山路 路线 通村路 通村公路 进村道路"
    ),
    Kind.CUT: _words(
        "断 断了 堵 堵了 堵住 塌 塌了 垮 垮了 冲断 冲毁 冲垮 中断 不通 淹 淹了 淹没 阻断 过不去 过不了 封 封了 封路 塌断 堵死 堵塞 冲坏 断掉 不通了 走不通 进不来 进不去 上不来 上不去 通不过 开不进来 来不了 过不来 被冲 被冲断 被冲毁 被堵 被淹 压断 通不了 没通 没有通 被冲了 冲了"
    ),
    Kind.SOLVED: _words(
        "通了 抢通 修通 修好 抢修好 畅通 疏通 脱险 救出 救出来 获救 送医 送医院 送往医院 送卫生院 已送医 送到医院 解决 解决了 恢复 恢复了 正常 平安 安全 好转 处理好 处理了 稳定 没事 没事了 救出来了"
    ),
    Kind.SIGN: _words(
        "变大 变宽 扩大 加大 加宽 增大 往下滚 滚下来 往下掉 掉下来 滚落 滑下来 往下滑 垮下来 塌下来 倒了 响 在响 异响 响声 响动 轰隆 滚石 掉石头 "
        "在动 滑动 在滑 下滑 下沉 沉降 鼓包 鼓起 开裂 裂开 裂了 冒水 冒浑水 浑了 变浑 涨 涨了 涨水 暴涨 猛涨 漫上来 漫过 漫出来 进水 倒灌 往上涨 上涨 松动 垮下 崩了 崩下来 掉石 掉土 掉渣 倾斜 歪了 变形 错台 炸口 张口 "
        "冲下来 下来了 溃 决口 溃坝 管涌 冒烟 滚 裂 动了 滑了 滑下来了 来了"
    ),
    Kind.ATTRIBUTE: _words(
        "隐患 隐患点 隐患区 隐患户 预警 区 区域 地带 预警信息 风险 风险区 监测 监测点 防治 灾害 灾害点 威胁区 影响区 点上 点位"
    ),
    Kind.ABSENT: _words(
        "不在 出差 住院 在外面打工 在外地打工 不在岗 请假 不在本地 去不了 回不来 回不去 赶不回来 赶不回去 没在村里 没在村 人在外地 在城里 在县城 在医院 不方便 管不了 不干了 退休 卸任 换人了 不当了 没空 走不开 不负责 不管这个 不归我管 不是我管 不在屋头 不在屋 调走了 调走 生病了在家 有事来不了 来不成 在路上赶不到 离职 没在家里 在上班走不开"
    ),
    Kind.CALL_OTHER: _words("找 打给 联系 请找 请打 请联系 问 请问问 改打 打电话给 转告 请通知 发给 请发给 交给 由 归"),
    Kind.WRONG: _words(
        "打错 发错 打错了 发错了 号码错 号码错了 电话错了 错号 打错电话 发错人 发错人了 找错人 搞错人 弄错人 搞错号码 不认识 认错人 找错 打错号码 号码不对 不是本人 不是我 不是机主 机主换了 换号了 换机主 你找错了 发错短信 发错号"
    ),
    Kind.STOP_WORD: _words("退订 回t 别发了 不要再发 不要再发了 别再发了 别再发 取消订阅"),
    Kind.ROLE: _words(
        "监测员 村长 支书 村支书 书记 主任 村主任 组长 社长 网格长 网格员 网格 村干部 干部 负责人 责任人 队长 队员 联络员 包保人 镇长 乡长 副主任 副书记 副镇长 会计 文书 党员 老师 校长 片长 村医 站长 局长 所长 民警 支部书记 副支书 村委 楼长 户长 值班员 大队长 小组长"
    ),
    Kind.I: _words("我 本人 俺 咱 我人 我本人 我现在 我已经 我这会"),
    Kind.WE: _words(
        "我们 我村 本村 我组 本组 我社 本社 我们村 我们组 我们社 我们这 我们这里 我们这边 这里 这边 我这里 我这边 咱们 咱村 咱组 我们这点 这点 全村 全组 全社 整村 整组 我们寨 全寨 俺村 俺们 本社区 我社区 我片区 本片区 全社区 我们村里 村里 组里 我们村上 村上 社区 我负责的 我包保的 我管的 我这组 我这个组 该村 该组 我网格 本网格 网格内 辖区 辖区内"
    ),
    Kind.QWORD: _words(
        "怎么 怎么办 咋 咋办 咋个 哪里 哪儿 哪个 哪点 哪 啥 什么 什么时候 谁 多少 几点 为什么 为啥 何时 如何 怎样 是否 能否 可否 几时 哪些 好久 多久 啥时候 啷个 朗个 在哪 到哪 去哪 咋整 怎么走 怎么回 怎么回复 咋回 要不"
    ),
    Kind.TAG: _words("是吗 对吗 对吧 是吧 是不是 行吗 可以吗 好吗 对不对 行不行 好不好 可不可以 是么 嘛是"),
    Kind.ASK_END: _words("吗 么 呢 嘛 吧"),
    Kind.CORRECT: _words(
        "更正 报错 报错了 说错 说错了 纠正 更改 改为 改成 写错 写错了 数错 数错了 统计错 算错 算错了 有误 有错 输错 输错了 发错数 搞错数 打错字 打错数 数字错 上条作废 修正 订正 以此为准 以这个为准 以这条为准 刚才那条不对 前面报错 弄错了 搞错了 报多了 报少了 多报 少报 报重 重报"
    ),
    Kind.IS: _words("是 应为 应是 应该是 为 实为 其实是 实际是 准确 正确 正确的是 而是 实际为 算"),
    Kind.ACK: _words(
        "收到 知道 知道了 明白 明白了 好的 好 好嘞 好咧 好滴 好哒 行 行的 可以的 嗯 嗯嗯 恩 噢 哦 哦哦 要得 晓得 晓得了 晓得咯 晓得啦 懂了 清楚 清楚了 了解 了解了 遵命 照办 没问题 莫问题 莫得问题 没得问题 好嘛 要得嘛 好吧 行吧 得行 没有问题 没困难 没有困难 已收到 已阅 已知 知悉 已知悉 收悉 已知晓 知晓 是的 得嘞 中的 信息收到 短信收到 收到信息 收到短信 收到通知 通知收到 指令收到 接到通知 已接到 已收悉 已读 看到了 看见了 收到收到 好好好 没毛病 坚决执行 保证完成任务 一定完成任务 要的 阔以 收倒 受到 收道 首到 手到 已悉 确认收到 要得要得 好的好的 保证完成"
    ),
    Kind.UNAWARE: _words(
        "不知道 不晓得 不清楚 不明白 看不懂 没收到 没有收到 未收到 不了解 没看懂 没听懂 听不懂 没看到 没接到 自动回复 开会 没明白 搞不懂 不懂 不太清楚 没得数 不好说 说不准 说不清 拿不准 不确定"
    ),
    Kind.BACK: _words(
        "返回 回去 跑回去 回家 又回 回来 跑回来 回去了 返家 擅自返回 偷跑 溜回去 返村 回屋 回屋头 回到家 倒回去 转回去 回流 折返"
    ),
    Kind.TARGET: _words(
        "转移对象 转移任务 转移人员 转移群众 受威胁户 受威胁群众 受威胁 危险户 涉险群众 涉险 威胁户 威胁群众 需转移人员 应转移人员 避险对象 危险区 要转移的 需要转移的 要撤离的 需要撤离的 该转移的 应转移的 需转移的 要撤的 要转的 需撤离的 应撤离的 要搬的 可转移的 可以转移的 符合转移条件"
    ),
    Kind.DOCUMENT: _words("指令 命令 预案 方案 信息 短信 工作群 名单 台账 消息 地点 表 告知书"),
    Kind.DE: _words("的 地 之 勒 嘞个"),
    Kind.TO: _words("到 至 往 去 在 于 进 向 到了 住 住在 来到 回到 在了 进了 住到 投靠 去了"),
    Kind.SHELTER: _words(
        "安置点 学校 小学 中学 村小学 村小 村委会 村公所 活动室 活动中心 文化广场 避难所 避险点 安全地带 安全地方 安全点 安全区域 安全区 安全的地方 安全场所 高处 体育馆 敬老院 亲戚家 亲友家 祠堂 广场 操场 投亲靠友 亲戚朋友家 村部 礼堂 教室 集中安置点 避险安置点 避灾点 避灾场所 避险场所 应急避难场所 亲朋家 邻居家 宾馆 旅社 镇上 街上 县城 乡政府 镇政府 政府 卫生院 村卫生室 活动广场 党群服务中心 群众服务中心 便民服务中心 服务中心 老乡家 地势高的地方 安全位置 投亲 靠友 亲戚 幼儿园 镇中学 镇中心小学 中心小学 临时安置点 村小学校 山上 坝子 院坝 大礼堂 公房 篮球场"
    ),
    Kind.AREA_END: _words("村 镇 乡 街道 行政村"),
    Kind.PART_END: _words("寨 湾 坪 沟 坝 屯 庄 岩 梁 塘 自然村 片区 片 院子 大院 坳 岭 冲 寨子 社里"),
    Kind.PEOPLE: _words(
        "群众 村民 老百姓 百姓 大家 住户 农户 居民 乡亲 乡亲们 村民们 受灾群众 在家群众 在家人员 受威胁的群众 危险区群众 隐患点群众 家庭 涉及群众 涉险人员 受影响群众 危险区域群众 家人 人些 在家人口 全部群众 危险户们 群众们 隐患区群众 威胁区群众 危险区人员 受威胁人员 群从 男女老少"
    ),
    Kind.SOME: _words(
        "老人 小孩 妇女 孩子 学生 老弱病残 孕妇 娃儿 娃娃 老人家 老者 老奶奶 残疾人 老弱 老年人 儿童 老太婆 老头 大爷 大妈 老两口 病人 产妇 五保户 独居老人 师生 行动不便 行动不便的 老幼 留守老人 留守儿童 婴儿 老汉 老娘 老伴 几个 有人家 有一家 两口子 夫妻 老太太"
    ),
    Kind.OTHERS: _words(
        "外来人员 外地人 外来人口 游客 租客 租户 过路人 过路的 民工 工人 施工人员 外来务工人员 路过的 客人 驴友 住客 旅客 驻村队员"
    ),
    Kind.THERE: _words("有 有人 出现 发生 发现 存在 出 又有 有一个 有一位 有个 有几个 遭 遇"),
    Kind.ALSO: _words("也 也没 也不"),
    Kind.WHEN: _words(
        "今天 今晚 昨晚 昨天 凌晨 晚上 夜里 半夜 上半夜 下半夜 今早 早上 中午 上午 傍晚 深夜 昨夜 今夜 当晚 现 现在 目前 今 此时 这会 连夜 冒雨"
    ),
    # neither says nor unsays anything
    Kind.FILL: _words(
        "自己 被 坚决 说什么都 说什么也 说啥都 请领导 领导 放心 谢谢 感谢 辛苦 辛苦了 汇报 报告 汇报完毕 你好 您好 各位 特此报告 特此汇报 啊 呀 哈 哦豁 哟 噻 撒 哎 唉 "
        "请放心 勿念 无误 情况 如下 无遗漏 没有遗漏 无一遗漏 无一伤亡 不漏一户 不漏一人 无一人伤亡 本次 此次 这次 一次性 顺利 有序 妥善 现场 目前情况 情况稳定 执行 落实 办 去办 做 行动 上报 反馈 回复 收 请知悉 各 及 和 跟 雨 下雨 大雨 暴雨 很大 好大 太大 雨大 雨很大 还在下 下着 "
        "这 那 那边 里面 边 就在 药水 停车 上车 下车 坐车 开车 堵车 火车 火车站 车站 车票 有点 有点儿 埋没 村民委员会 一起 一道 亲自 带队 去组织 去通知 去看看 村组 组上 任务 工作 电话 手机 联系电话 县里 镇里 乡里 们 我们的 清点 清点人数 核对 核实 经核实 经清点 经统计 统计 报 特报 谨报 请指示 请阅 周知 祝好 晚安 注意安全 大家好 等人 请记录 记录 户主 同志 同志们 按要求 根据 根据通知 按照 接通知 落实到位 点名 值守 值班 在位 坚守 危险区域内 全镇 你 您 来接 接人 天气 及时 迅速 火速 随时"
    ),
}

# plights, resources and helpers carry the need they tell of
NEEDS: Final[dict[Kind, dict[Need, tuple[str, ...]]]] = {
    Kind.RESOURCE: {
        Need.TRANSPORT: _words(
            "车 车子 车辆 客车 面包车 大车 货车 中巴 大巴 卡车 皮卡 拖拉机 船 冲锋舟 担架 轮椅 运输车 交通工具 摩托 三轮车 汽车 轿车 大客车"
        ),
        Need.MEDICAL: _words(
            "医生 医护 救护车 药 药品 医务人员 大夫 护士 医疗 医疗队 急救车 急救包 氧气 血 担架员 卫生员"
        ),
        Need.RESCUE: _words("消防 消防队 救援队 武警 部队 解放军 挖机救人 搜救 搜救队 救生衣 蓝天救援"),
        Need.ROAD: _words("挖机 挖掘机 铲车 推土机 装载机 抢险队 抢修 抢通道路 机械 大型机械 修路"),
        Need.PERSUASION: _words("劝离 派出所 民警来 警察 公安 做做工作 干部来劝"),
        Need.SUPPLIES: _words(
            "吃的 粮食 食物 食品 水 饮水 饮用水 矿泉水 被子 棉被 衣服 帐篷 物资 方便面 奶粉 发电机 手电 手电筒 雨衣 煤油 柴油 药物 救灾物资 大米 干粮 折叠床 生活物资 喝的 被褥 毯子"
        ),
        Need.COMMS: _words("信号 对讲机 卫星电话 通讯 通信 网络 充电宝"),
    },
    Kind.PLIGHT: {
        Need.TRANSPORT: _words("走不动 走不起路 行动不便走不了 瘫痪 卧床 瘫在床上 不能走 走不得 动不了 背不动 抬不动"),
        Need.MEDICAL: _words(
            "受伤 伤员 重伤 轻伤 骨折 流血 昏迷 晕倒 昏倒 发病 犯病 生病 病危 病重 要生了 快生了 临产 心脏病 中风 发高烧 发烧 伤了 砸伤 摔伤 砸到 被砸 摔断 摔断腿 受伤了 抽筋 休克 有人死 死了人 死亡 遇难 伤亡 砸断 伤者 摔了 吐血 断气 人员伤亡"
        ),
        Need.RESCUE: _words(
            "被困 困住 困在 被埋 埋了 埋住 被冲走 冲走 冲走了 失联 失踪 不见了 找不到人 联系不上 被淹了 掉河里 落水 出不来了 困到 压在 被压 失去联系 没找到 下落不明 困起 遭埋 遭困 遭冲走 孤岛 围困"
        ),
        Need.COMMS: _words("没信号 没有信号 信号断了 打不通电话 通讯中断 通信中断 电话打不通 信号中断"),
        Need.SUPPLIES: _words("没吃的 没有吃的 断粮 没水喝 没被子 断水断电 停水停电 没粮"),
    },
    Kind.HAZARD: {
        # the need of a danger is nobody's business: who sees it decides
        Need.RESCUE: _words(
            "裂缝 裂口 滑坡 塌方 垮塌 崩塌 泥石流 石头 山石 落石 山洪 洪水 山体 后山 边坡 坡体 滑坡体 房子 房屋 墙 墙体 地基 河水 水位 沟水 大水 山水 河沟 泥巴 泥浆 泥土 地面 坎 堡坎 挡墙 堤 河堤 水库 泉水 井水 坡 大石头 巨石 飞石 裂隙 山崩 异常 险情 垮山 走山 滑波 塌坊 泥石溜 院坝裂 沟里 沟头 河里 山上石头 屋后 对门山 河 山坡"
        )
    },
}

# dangers that are an event by their very name; the others only with a `SIGN`
EVENT_HAZARDS: Final = frozenset(
    _words("异常 险情 滑坡 塌方 垮塌 崩塌 泥石流 山洪 落石 裂缝 山崩 垮山 走山 滑波 塌坊 泥石溜 裂口 飞石")
)
# signs that are an event without a noun
EVENT_SIGNS: Final = frozenset(
    _words("滚石 落石 掉石头 决口 溃坝 管涌 异响 倒灌 开裂 裂开 涨水 飞石 掉石 崩下来 垮下来 塌下来")
)
# cuts that need no road before them
BLOCKED: Final = frozenset(_words("进不来 进不去 上不来 过不去 过不来 开不进来 封路 上不去"))

# plights that befall anybody any day: they count when the sentence names whom of the village
EVERYDAY: Final = frozenset(
    _words(
        "生病 发烧 发高烧 吐血 昏倒 晕倒 摔了 伤了 找不到人 不见了 联系不上 失踪 动不了 走不动 困住 困在 困到 砸到 摔伤 抽筋 不能走 走不得 要生了 快生了 昏迷 落水 出不来了 失联 没找到 瘫痪 埋了 伤亡 掉河里 没信号 没有信号 没吃的 没有吃的 发病 犯病"
    )
)
# unwillingness that needs to say to what
BARE_UNWILLING: Final = frozenset(_words("不想 死活 硬是 不来 守着 不干 不听 不同意 不答应"))
