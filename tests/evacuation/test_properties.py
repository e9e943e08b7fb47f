"""Random nights: whatever is reported, marked, corrected and confirmed, the account adds up and nobody is cleared away."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacuation.allowed import NotAllowed
from evacuation.clearing import Outcome, open_refusals
from evacuation.household_status import Arrived, HouseholdState
from evacuation.reply.reading import Intent, Reading
from evacuation.task import Cleared
from tests.evacuation.support import LEADER, SECOND, TOWNSHIP, Village, quantity

S = HouseholdState
POSTS = ("grid-1", "grid-2", LEADER)
OPEN = (S.REFUSED, S.NEEDS_HELP, S.MISSING)
MARKS = tuple(state for state in S if state is not S.HOME)


def check(village: Village) -> None:
    """What holds after every act."""
    account = village.account
    assert account.adds_up()
    assert account.listed.households == len(village.task.households)
    assert account.listed.people == village.task.people
    assert len({(c.post, c.kind.group) for c in village.task.claims}) == len(village.task.claims)
    if village.cleared:
        assert not any(status.state in OPEN for status in village.statuses.values())
        assert not open_refusals(village.task, village.statuses)
        assert account.closed


def night(draw: random.Random, met: Counter[str], acts: int) -> None:
    """One random night of a village."""
    sizes = [draw.randint(1, 6) for _ in range(draw.randint(1, 8))]
    count = len(sizes)
    named: dict[str, list[int]] = {"grid-1": [], "grid-2": []}
    for number in range(1, count + 1):
        if (post := draw.choice(["grid-1", "grid-2", ""])) in named:
            named[post].append(number)
    village = Village(sizes, named=named)
    for _ in range(acts):
        village.later(draw.choice([0, 1, 5]))
        act = draw.choice(["menu", "menu", "whole", "text", "mark", "correct", "confirm", "ask"])
        met[act] += 1
        post = draw.choice(POSTS)
        if act == "menu":
            digit = draw.choice(["1", "2", "3", "5", "9", "+"])
            numbers = draw.choice(["", f" {draw.randint(0, count + 1)} {draw.randint(0, sum(sizes) + 1)}", " 0 0"])
            if digit in ("2", "+") and not numbers:
                numbers = " 1"
            counting = village.says(post, digit + numbers)
            met["to a person"] += counting.to_person is not None
        elif act == "whole":
            own = village.task.households_of(post)
            rows = [row for row in village.listed if row.household in own] or list(village.listed)
            village.says(post, f"{draw.choice('2359')} {len(rows)} {sum(row.people for row in rows)}")
        elif act == "text":
            parts = [quantity(draw.randint(0, count), draw.randint(0, sum(sizes))) for _ in range(4)]
            chosen = [part if draw.random() < 0.5 else None for part in parts]
            village.says(
                post,
                Reading(
                    intents=(Intent.PROGRESS,),
                    moved=chosen[0],
                    refused=chosen[1],
                    away=chosen[2],
                    remaining=chosen[3],
                    sure=True,
                ),
            )
        elif act == "mark":
            try:
                village.marks(post, draw.choice(MARKS), draw.randint(1, count))
            except NotAllowed:
                met["mark refused"] += 1
        elif act == "correct":
            village.corrects(draw.choice(MARKS), draw.randint(1, count))
        elif act == "confirm":
            by = draw.choice([SECOND, TOWNSHIP, *POSTS])
            blocked = any(status.state in OPEN for status in village.statuses.values()) or open_refusals(
                village.task, village.statuses
            )
            ready = not village.cleared
            try:
                clearing = village.confirms(by)
            except NotAllowed:
                met["confirm refused"] += 1
            else:
                if ready:
                    met["cleared by confirmation"] += 1
                    assert not blocked
                    assert clearing.outcome is Outcome.CLEARED
        else:
            met["cleared by marks"] += village.asks().outcome is Outcome.CLEARED
        check(village)
    for fact in village.facts:
        if isinstance(fact, Cleared):
            assert fact.claimant != fact.confirmer
        if isinstance(fact, Arrived) and fact.confirmed_by is not None:
            assert fact.by != fact.confirmed_by
    met["reopened"] += sum(fact.name == "Reopened" for fact in village.facts)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_nights(seed: int) -> None:
    night(random.Random(seed), Counter(), 30)


@pytest.mark.parametrize("nights", [150, pytest.param(5000, marks=pytest.mark.soak)])
def test_random_nights_meet_everything(nights: int) -> None:
    """The nights are worth something only if they meet what must not go wrong."""
    met: Counter[str] = Counter(nights=nights)
    for seed in range(nights):
        night(random.Random(seed), met, 30)
    print(dict(met))
    for what in ("to a person", "confirm refused", "cleared by confirmation", "cleared by marks", "reopened"):
        assert met[what] > 0, what
