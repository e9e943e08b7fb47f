"""Random nights: whatever rain, people and clocks do, the laws of the warning hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.facts import DrillEnded, Fact
from core.levels import Level
from tests.warning.builders import Desk, by_hand, evidence, proposal, situation
from warning.assess import Situation
from warning.warning import (
    ApprovalTimedOut,
    Approved,
    DeskRang,
    NotAllowed,
    Proposed,
    Reason,
    Upgraded,
    UpgradeProposed,
    Warning,
    deadline,
    evolve,
    reassess,
)

PEOPLE = ("user:wang", "user:li", "user:zhao")
LEVELS = st.sampled_from([None, *Level])
PIECES = st.lists(
    st.tuples(
        st.sampled_from(["Z1", "Z2", "Z3"]),
        st.sampled_from(list(Level)),
        st.sampled_from([1, 3, 6]),
        st.booleans(),
        st.booleans(),
        st.integers(1, 40),
    ),
    max_size=3,
    unique_by=lambda piece: piece[0],
)
DARK = st.lists(st.sampled_from(["Z2", "Z3", "Z4"]), max_size=2, unique=True)
STEP = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 119, 120, 300, 600, 1800, 3600, 10800, 21600])),
    st.tuples(st.just("sleep"), st.sampled_from([600, 7200, 36000])),
    st.tuples(st.just("rain"), PIECES, DARK, st.integers(0, 90)),
    st.tuples(st.just("steady"), st.sampled_from([None, Level.BLUE, Level.ORANGE]), st.integers(1, 9)),
    st.tuples(st.just("rings"), st.booleans()),
    st.tuples(st.just("approve"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("reject"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("raise"), st.sampled_from(PEOPLE), st.sampled_from(list(Level))),
    st.tuples(st.just("tasks"), st.booleans(), st.booleans()),
    st.tuples(st.just("end"), st.integers(0, 11)),
)
BIRTH = st.one_of(
    st.tuples(st.just("rain"), st.sampled_from(list(Level)), st.booleans()),
    st.tuples(st.just("hand"), st.sampled_from(list(Level)), st.booleans()),
    st.tuples(st.just("dark"), st.just(Level.ORANGE), st.booleans()),
)
MET: Counter[str] = Counter()


def seen(desk: Desk, pieces: list[tuple[str, Level, int, bool, bool, int]], dark: list[str], minutes: int) -> Situation:
    made = [
        evidence(
            level,
            zone=zone,
            window_h=window,
            corroborated=corroborated,
            flagged=flagged,
            at=desk.now,
            mm=120.0 + extra,
        )
        for zone, level, window, corroborated, flagged, extra in pieces
        if zone not in dark
    ]
    found = situation(
        None, at=desk.now, pieces=made, dark=tuple(sorted(dark)), dark_since=desk.now - timedelta(minutes=minutes)
    )
    return replace(found, area=desk.warning.area, family=desk.warning.family)


def begin(kind: str, level: Level, corroborated: bool) -> Desk:
    if kind == "hand":
        return by_hand(level)
    if kind == "dark":
        return proposal(situation(None, dark=("Z4",)))
    return proposal(level, corroborated=corroborated)


def act(desk: Desk, step: tuple[object, ...]) -> None:
    match step:
        case ("wait", int(seconds)):
            target = desk.now + timedelta(seconds=seconds)
            while desk.warning.due_at is not None and desk.warning.due_at <= target:
                desk.now = max(desk.now, desk.warning.due_at)
                desk.tick()
            desk.now = target
        case ("sleep", int(seconds)):
            desk.now += timedelta(seconds=seconds)
            desk.tick()
        case ("rain", list(pieces), list(dark), int(minutes)):
            look = seen(desk, pieces, dark, minutes)
            desk.sees(look)
            again = reassess(desk.warning, look, desk.policy, desk.now, moving=desk.moving)
            assert again == [], f"the same look twice: {[fact.name for fact in again]}"
        case ("steady", Level() | None as level, int(hours)):
            for _ in range(hours):
                act(desk, ("wait", 3600))
                act(desk, ("rain", [] if level is None else [("Z1", level, 3, True, False, 1)], [], 0))
        case ("rings", bool(failed)):
            desk.rings(failed=failed)
        case ("approve", str(who)):
            desk.approved_by(who)
        case ("reject", str(who)):
            desk.rejected_by(who)
        case ("raise", str(who), Level() as level):
            desk.raised_to(level, who)
        case ("tasks", bool(is_open), bool(moving)):
            desk.tasks_open, desk.moving = is_open or moving, moving
        case ("end", 10):
            desk.cancelled_by(PEOPLE[0])
        case ("end", 11):
            desk.take([DrillEnded(at=desk.now, reason="end")])
        case _:
            desk.tick()


def lawful(desk: Desk, before: Warning, facts: list[Fact], step: tuple[object, ...]) -> None:
    warning = before
    for fact in facts:
        issued_red = isinstance(fact, Approved | ApprovalTimedOut | Upgraded) and fact.level is Level.RED
        if issued_red and not _red_is_lawful(desk, warning, fact):
            raise AssertionError(f"red by {fact} on {warning.proposal}")
        after = evolve(warning, fact)
        if after.level < warning.level:
            assert fact.name == "Downgraded"
            assert step[0] in ("rain", "steady")
            assert not warning.observed_dark
            assert not desk.moving
            assert after.level is warning.level.down()
        if after.level > warning.level and warning.issue:
            assert fact.name == "Upgraded"
        if fact.name == "Expired":
            assert not desk.tasks_open
            assert not warning.observed_dark
            assert fact.at - warning.last_exceeded_at >= timedelta(hours=6)
        if after.proposal != warning.proposal and fact.name in ("Worsened", "UpgradeProposed", "Corrected"):
            assert after.version > warning.version
        if after.issue > warning.issue:
            assert after.version > warning.version
            assert after.expires_at is not None
        MET[fact.name] += 1
        warning = after


def _red_is_lawful(desk: Desk, warning: Warning, fact: Fact) -> bool:
    """Two persons; or one and two minutes since the desk rang; or none, five minutes and good evidence."""
    p = warning.proposal
    if p is None:
        return False
    begun = min(i for i, f in enumerate(desk.facts) if isinstance(f, Proposed | UpgradeProposed) and f.at == p.at)
    rang = [f.at for f in desk.facts[begun:] if isinstance(f, DeskRang)]
    waited = fact.at - rang[0] if rang else timedelta(0)
    people = {signature.who for signature in p.approvals}
    last = getattr(fact, "signature", None)
    if last is not None:
        people.add(last.who)
    if len(people) >= 2:
        return True
    reason = getattr(fact, "reason", None)
    if len(people) == 1:
        return reason is Reason.ONE_APPROVAL and waited >= timedelta(minutes=2)
    good = p.corroborated and any(e.level is Level.RED and not e.flagged for e in p.evidence)
    return reason is Reason.NO_APPROVAL and waited >= timedelta(minutes=5) and good


NIGHT = given(birth=BIRTH, steps=st.lists(STEP, min_size=5, max_size=40))


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@NIGHT
def test_the_laws_hold_on_random_nights(birth: tuple[str, Level, bool], steps: list[tuple[object, ...]]) -> None:
    night(birth, steps)


@pytest.mark.soak
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@NIGHT
def test_the_laws_hold_on_very_many_nights(birth: tuple[str, Level, bool], steps: list[tuple[object, ...]]) -> None:
    night(birth, steps)


def night(birth: tuple[str, Level, bool], steps: list[tuple[object, ...]]) -> None:
    MET["nights"] += 1
    desk = begin(*birth)
    whole: Warning | None = None
    for step in steps:
        before, count, said = desk.warning, len(desk.facts), "可"
        try:
            act(desk, step)
        except NotAllowed as refused:
            said = str(refused)
            MET["refused"] += 1
        assert any("一" <= sign <= "鿿" for sign in said), "a refusal speaks Chinese"
        lawful(desk, before, desk.facts[count:], step)
        warning = desk.warning
        assert warning.due_at == deadline(warning)
        assert (warning.due_at is None) == (not warning.open)
        assert warning.evidence == () or warning.evidence[0].level == max(e.level for e in warning.evidence)
        if warning.proposal is not None:
            assert len({s.who for s in warning.proposal.approvals}) == len(warning.proposal.approvals)
    for fact in desk.facts:
        whole = evolve(whole, fact)
    assert whole == desk.warning, "the facts alone give the state"


def test_the_random_nights_met_what_they_are_about() -> None:
    """Runs after the walk in this module: a walk that never met an upgrade or a time-out proves nothing of them."""
    if not MET:
        test_the_laws_hold_on_random_nights()
    print("random nights met:", dict(sorted(MET.items())))
    wanted = {"Worsened", "UpgradeProposed", "Upgraded", "ApprovalTimedOut", "KeptRinging", "Downgraded", "Extended"}
    wanted |= {
        "Corrected",
        "CouldNotJudge",
        "DecisionAsked",
        "Lapsed",
        "Expired",
        "Rejected",
        "UpgradeLapsed",
        "refused",
    }
    assert {name for name in wanted if MET[name] == 0} == set()
