"""Words in Latin letters, each with the Chinese it stands for: English, and pinyin without Chinese input."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# English, phrases joined by "_"; each does what the Chinese word in front of it does
ENGLISH: Final[dict[str, tuple[str, ...]]] = {
    "户": _words("household households family families hh hhs home homes houses house"),
    "人": _words("people persons person ppl residents villagers pax resident"),
    "已转移": _words("moved evacuated relocated transferred left_safely have_moved has_moved"),
    "要转移": _words("move evacuate relocate transfer leave evacuating moving to_move to_evacuate evacuation"),
    "转移完毕": _words("evacuation_complete evacuation_completed evacuation_done evacuation_finished"),
    "走": _words("left gone out"),
    "到": _words("at in to reached arrived_at into"),
    "已": _words("have has already been was were so_far now"),
    "完": _words("done complete completed finished completely"),
    "全部": _words("all everyone everybody whole all_of_them"),
    "没有": _words(
        "not no never none haven't hasn't didn't don't doesn't isn't aren't wasn't weren't not_yet yet cannot can't couldn't without unable dont havent hasnt"
    ),
    "没人": _words("nobody no_one noone"),
    "需要": _words(
        "will should must may might going_to plan planning want_to would could can shall need_to needs_to have_to"
    ),
    "马上": _words("right_away immediately now_moving starting on_the_way ongoing soon in_progress still_moving on_it"),
    "等": _words("tomorrow later wait waiting"),
    "准备": _words("preparing ready prepare told informed notified ask asked"),
    "如果": _words("if when once unless until after before"),
    "可能": _words("almost most mostly nearly about maybe probably perhaps some half many several around think"),
    "除了": _words("except but_not"),
    "其余": _words("rest others remaining_ones the_rest"),
    "总共": _words("total in_total altogether totally"),
    "又": _words("more another additional"),
    "还剩": _words("remaining remain remains still_to_move left_behind still_here to_go"),
    "但": _words("but however and also"),
    "不需要求助": _words("no_help no_help_needed don't_need_help do_not_need_help"),
    "一": _words("one"),
    "两": _words("two both"),
    "三": _words("three"),
    "五": _words("five"),
    "十": _words("ten"),
    "拒绝转移": _words(
        "refuse refused refuses refusing won't_leave won't_move refuse_to_leave refuse_to_move refused_to_leave refuses_to_leave refuses_to_move refusing_to_leave refuse_to_evacuate will_not_leave don't_want_to_leave do_not_want_to_leave not_willing_to_leave unwilling"
    ),
    "外出": _words("away working_away out_of_town out_of_village"),
    "求助": _words("help sos help_us need_help please_help rescue send_help emergency"),
    "请求": _words("need needs send want require request needed urgently_need"),
    "车": _words("truck trucks car cars bus buses vehicle vehicles transport van ambulance_car boat boats"),
    "医生": _words("doctor doctors ambulance medic medics medicine medical nurse"),
    "受伤": _words("injured hurt wounded bleeding dead died sick"),
    "被困": _words("trapped stuck buried missing swept_away stranded"),
    "路": _words("road roads bridge"),
    "断": _words("blocked cut cut_off collapsed washed_away closed broken flooded"),
    "食物": _words("food water blankets blanket tents tent supplies"),
    "滑坡": _words("landslide landslides mudslide debris_flow flood flooding rockfall cracks crack"),
    "出现": _words("there_is there_are"),
    "变大": _words("wider widening bigger growing rising falling rolling coming_down cracking"),
    "收到": _words(
        "ok okay k received roger copy got_it noted understood yes yep acknowledged copy_that roger_that confirmed i_see ack copied will_do okey oki okk"
    ),
    "打错了": _words("wrong_number wrong_person"),
    "退订": _words("stop unsubscribe stopall"),
    "我": _words("i me my i'm i_am"),
    "我们": _words("we our us"),
    "怎么": _words("where what how who which why when_should"),
    "吗": _words("do_we should_we"),
    "更正": _words("correction mistake wrong wrong_count sorry_wrong"),
    "是": _words("is are be it_is it's am there_were"),
    "村长": _words("leader village_leader village_head head chief"),
    "出差": _words("on_leave i_am_away i'm_away not_in_the_village out_of_office"),
    "安置点": _words("school shelter shelters village_school town_hall safe_place relatives camp"),
    "谢谢": _words(
        "the a an thanks thank_you of from this that of_the by for with village safe safely just sir dear hello hi you they them their on near here people_are there"
    ),
    "请": _words("please"),
    "返回": _words("returned went_back came_back gone_back going_back"),
}

# pinyin of those who have no Chinese input: syllables joined, meaning the Chinese after the colon
PINYIN: Final[dict[str, str]] = dict(
    pair.split(":")
    for pair in _words(
        "zhuanyi:转移 yizhuanyi:已转移 yijing:已经 yijingzhuanyi:已经转移 quanbu:全部 quan:全 dou:都 wanbi:完毕 wancheng:完成 wan:完 wanle:完了 le:了 "
        "yi:已 cheli:撤离 yicheli:已撤离 che:车 shusan:疏散 hu:户 jia:家 ren:人 ge:个 kou:口 ming:名 gong:共 yigong:一共 zonggong:总共 leiji:累计 "
        "shoudao:收到 zhidao:知道 zhidaole:知道了 mingbai:明白 haode:好的 hao:好 xing:行 yaode:要得 xiaode:晓得 dongle:懂了 mashang:马上 zuzhi:组织 zhengzai:正在 "
        "liji:立即 zhunbei:准备 buyuan:不愿 buyuanzou:不愿走 buyuanyi:不愿意 bukenzou:不肯走 buken:不肯 buxiangzou:不想走 jujue:拒绝 buzou:不走 zou:走 zoule:走了 "
        "haiyou:还有 haisheng:还剩 haicha:还差 sheng:剩 meiyou:没有 meiyouzhuanyi:没有转移 mei:没 hai:还 haimei:还没 haimeiyou:还没有 wei:未 bu:不 "
        "xuyao:需要 yao:要 qingqiu:请求 zhiyuan:支援 qingqiuzhiyuan:请求支援 qiuzhu:求助 jiuming:救命 kuai:快 kuaipai:快派 qing:请 pai:派 yisheng:医生 "
        "you:有 youren:有人 shoushang:受伤 shoushangle:受伤了 laoren:老人 zoubudong:走不动 beikun:被困 lu:路 duanle:断了 luduanle:路断了 lududele:路堵了 dule:堵了 "
        "huapo:滑坡 nishiliu:泥石流 tafang:塌方 liefeng:裂缝 zhangshui:涨水 bianda:变大 shantihuapo:山体滑坡 fasheng:发生 chuxian:出现 "
        "xuexiao:学校 cun:村 cunxiaoxue:村小学 cunweihui:村委会 anzhidian:安置点 anzhi:安置 dao:到 daole:到了 zai:在 anquan:安全 "
        "wo:我 women:我们 womencun:我们村 womenzu:我们组 cunzhang:村长 zhuren:主任 shuji:书记 wobushi:我不是 shi:是 bushi:不是 dacuole:打错了 ma:吗 nali:哪里 zenme:怎么 "
        "qunzhong:群众 cunmin:村民 renyuan:人员 waichu:外出 wugong:务工 dagong:打工 baocuole:报错了 gengzheng:更正 de:的 xuyaozhuanyide:需要转移的 "
        "quanbuzhuanyi:全部转移 quanbuzhuanyiwanbi:全部转移完毕 zhuanyiwanbi:转移完毕 zhuanyile:转移了 yizhuanyiwanbi:已转移完毕 ruguo:如果 haimeizhuanyi:还没转移 "
        "chulu:出路 qita:其他 qiyu:其余 chule:除了 meishi:没事 dui:队"
    )
)
