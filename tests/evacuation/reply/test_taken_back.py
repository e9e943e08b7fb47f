"""A word that takes a report back takes it back wherever it stands: denied, asked, planned, conditional, hedged."""

from __future__ import annotations

import pytest

from evacuation.reply import Intent, read

REPORTS = [
    "全部转移",
    "已全部转移",
    "群众全部转移完毕",
    "转移完毕",
    "都撤离了",
    "42户118人全部转移到村小学",
    "已转移12户36人",
    "转移了12户36人",
    "12户36人已撤离",
    "小坝村已安全转移12户36人",
    "已轉移12戶36人",
    "全部疏散到安置点",
]
VERBS = ["安全转移", "转移", "撤离", "疏散", "轉移"]
BEFORE = [
    "没",
    "没有",
    "未",
    "还没",
    "还没有",
    "尚未",
    "不",
    "不能",
    "无法",
    "没法",
    "没能",
    "不用",
    "不需要",
    "准备",
    "计划",
    "打算",
    "预计",
    "要",
    "需要",
    "应该",
    "可能",
    "好像",
    "基本",
    "大部分",
    "几乎",
    "差不多",
    "快",
    "快要",
    "马上",
    "立即",
    "正在",
    "尽快",
    "开始",
    "通知",
    "动员",
    "要求",
    "叫",
    "让",
    "劝",
    "明天",
    "稍后",
    "等会",
    "如果",
    "要是",
    "只要",
    "等",
    "是否",
    "能否",
    "怎么",
    "何时",
    "为什么",
    "来不及",
    "想",
    "能",
    "会",
    "争取",
    "确保",
    "必须",
    "拒绝",
    "不愿",
    "沒有",
    "還沒",
    "準備",
    "正準備",
    "听说",
    "据说",
    "估计",
    "请",
    "请立即",
    "别",
    "不要",
    "不得",
    "几时",
    "还不能",
    "才能",
    "再",
]
AFTER = [
    "吗",
    "吗？",
    "？",
    "?",
    "没有",
    "没有？",
    "了没",
    "的话",
    "后再报",
    "，是吗",
    "，对不对",
    "，是不是？",
    "，不可能",
    "，还没有",
    "是假的",
    "怎么办",
    "不了",
    "，没有的事",
    "，还差得远",
    "，又回来了",
    "，有人返回",
    "，后来又跑回去了",
    "，等雨停",
    "，明天",
    "中",
    "途中",
    "吧",
    "嗎",
    "沒有",
]
REPORTED = {Intent.PROGRESS, Intent.COMPLETE}


def _reported(text: str) -> bool:
    return bool(REPORTED & set(read(text).intents))


def test_the_reports_are_reports() -> None:
    assert [text for text in REPORTS if not _reported(text)] == []


@pytest.mark.parametrize("word", BEFORE)
def test_before_the_verb(word: str) -> None:
    taken = []
    for report in REPORTS:
        verb = next(verb for verb in VERBS if verb in report)
        taken += [report.replace(verb, word + verb, 1), word + report, word + "，" + report]
    still = [text for text in taken if _reported(text)]
    # after a pause a report that says 已 or 了 stands on its own: 不,已转移12户36人
    apart = {text for report in REPORTS if "已" in report or "了" in report for text in [word + "，" + report]}
    denials = {"不", "没", "没有", "未", "沒有", "还没", "还没有", "尚未", "還沒", "别", "不要", "拒绝", "不愿"}
    assert [text for text in still if text not in apart and not ("，" in text and word in denials)] == []


@pytest.mark.parametrize("words", AFTER)
def test_after_the_report(words: str) -> None:
    assert [report + words for report in REPORTS if _reported(report + words)] == []
