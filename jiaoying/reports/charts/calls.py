"""How the calls were answered: seconds by level of office, and how far the proof climbed."""

from __future__ import annotations

from markupsafe import Markup

from jiaoying.reports import svg
from jiaoying.reports.parts import AnswersPart, TierPart
from jiaoying.reports.words import span

WIDTH = 1160.0
LABEL, CELL, ROW, HEAD = 86.0, 88.0, 66.0, 34.0
LADDER_ROW, LADDER_WIDTH = 34.0, 570.0


def answers_chart(answers: AnswersPart) -> Markup:
    """One row a level of office, one column a span of time; heights are shares of the row's calls."""
    if not answers.tiers:
        return Markup("")
    columns = [*(f"≤{span(bound)}" for bound in answers.bounds_s), f">{span(answers.bounds_s[-1])}", "未应答"]
    right = LABEL + CELL * len(columns) + 30
    parts = [
        svg.text(LABEL + CELL * i + CELL / 2, 18, words, "axis-title", "middle") for i, words in enumerate(columns)
    ]
    heads = ((0, "叫应"), (70, "已应答"), (150, "中位"), (230, "九成以内"))
    parts += [svg.text(right + dx, 18, words, "axis-title") for dx, words in heads]
    top = max((max((*t.buckets, t.unanswered)) / max(t.begun, 1) for t in answers.tiers), default=1.0)
    scale = svg.Scale(0, top or 1.0, 0, ROW - 32)
    for index, tier in enumerate(answers.tiers):
        parts.append(_row(HEAD + ROW * index, tier, right, scale))
    label = "应答用时分布:" + ",".join(f"{t.words}{t.answered}/{t.begun},中位{span(t.median_s)}" for t in answers.tiers)
    return svg.drawing(WIDTH, HEAD + ROW * len(answers.tiers) + 6, label, parts, "calls")


def _row(top: float, tier: TierPart, right: float, scale: svg.Scale) -> Markup:
    base = top + ROW - 14
    parts = [
        svg.line(0, base, WIDTH, base, "grid base"),
        svg.text(0, base - 6, tier.words, "value strong big"),
    ]
    for index, count in enumerate((*tier.buckets, tier.unanswered)):
        if not count:
            continue
        x = LABEL + CELL * index
        silent = index == len(tier.buckets)
        height = max(scale(count / max(tier.begun, 1)), 2.0)
        parts.append(svg.rect(x + 10, base - height, CELL - 20, height, "silent" if silent else "bar"))
        parts.append(
            svg.text(x + CELL / 2, base - height - 4, f"{count}", "value open" if silent else "value", "middle")
        )
    share = f"{100 * tier.answered / tier.begun:.0f}%" if tier.begun else "—"
    for dx, words in ((0, f"{tier.begun}"), (70, share), (150, span(tier.median_s)), (230, span(tier.p90_s))):
        parts.append(svg.text(right + dx, base - 6, words, "value strong"))
    return svg.group(parts)


def ladder_chart(answers: AnswersPart) -> Markup:
    """How many call-outs reached at least each rung of proof."""
    if not answers.begun:
        return Markup("")
    scale = svg.Scale(0, answers.begun, 0, 330)
    parts = []
    for index, rung in enumerate(answers.ladder):
        y = LADDER_ROW * index + 4
        share = 100 * rung.count / answers.begun
        parts.append(svg.text(0, y + 16, rung.words, "value strong"))
        parts.append(svg.rect(72, y, 330, 22, "ladder-back"))
        parts.append(svg.rect(72, y, scale(rung.count), 22, "bar"))
        parts.append(svg.text(412, y + 16, f"{rung.count} · {share:.1f}%", "value"))
    label = "回执等级:" + ",".join(f"{rung.words}{rung.count}" for rung in answers.ladder)
    return svg.drawing(LADDER_WIDTH, LADDER_ROW * len(answers.ladder) + 4, label, parts, "ladder")
