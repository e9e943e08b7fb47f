"""A cry for help climbs until it is closed and checked; an inbound text is written down before it is understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.cap import CapStatus
from core.facts import DrillEnded, Fact
from evacuation import replies, request
from evacuation.allowed import NotAllowed
from evacuation.replies import Channel, Reply, ReplyState
from evacuation.reply.reading import Intent, Need, Reading
from evacuation.request import Origin, Request, RequestKind, RequestLevel, RequestState, kinds_of
from tests.evacuation.support import LEADER, START, TOWNSHIP, saved

HOUR = timedelta(hours=1)


def raised(level: RequestLevel = RequestLevel.TOWNSHIP) -> Request:
    _, facts = request.raise_request(
        about="reply-1",
        event="event",
        task="task",
        area="530629101201",
        kind=RequestKind.TRANSPORT,
        origin=Origin.REPLY,
        text_ref="text:1",
        raised_by=LEADER,
        status=CapStatus.EXERCISE,
        now=START,
        level=level,
    )
    return request.evolve(None, facts[0])


def after(subject: Request, facts: Sequence[Fact]) -> Request:
    for fact in facts:
        subject = saved(request.evolve(subject, saved(fact)))
    return subject


def test_every_need_is_a_request_and_a_bare_cry_is_one_too() -> None:
    assert kinds_of((Need.MEDICAL, Need.ROAD, Need.MEDICAL)) == (RequestKind.MEDICAL, RequestKind.ROAD)
    assert kinds_of(()) == (RequestKind.OTHER,)
    assert {kind.value for kind in RequestKind} == {need.value for need in Need} | {"other"}
    assert all(kind.chinese for kind in RequestKind)
    assert all(level.chinese for level in RequestLevel)


def test_the_whole_way() -> None:
    it = raised()
    assert (it.state, it.due_at) == (RequestState.RAISED, START + HOUR)
    it = after(it, request.assign(it, by=TOWNSHIP, to="post-road", now=START))
    it = after(it, request.begin(it, by="post-road", now=START))
    it = after(it, request.done(it, by="post-road", now=START))
    assert (it.state, it.due_at) == (RequestState.DONE, None)
    with pytest.raises(NotAllowed, match="提出求助的人"):
        request.check(it, by="post-road", now=START)
    it = after(it, request.not_so(it, by=LEADER, now=START, reason="路还没通"))
    assert (it.state, it.assigned_to, it.due_at) == (RequestState.ASSIGNED, "post-road", START + HOUR)
    it = after(it, request.done(it, by="post-road", now=START))
    it = after(it, request.check(it, by=LEADER, now=START))
    assert it.state is RequestState.CLOSED
    assert request.close(it, by=TOWNSHIP, reason="已了结", now=START) == []


def test_it_climbs_an_hour_at_a_time_and_rings_on_at_the_city() -> None:
    it = raised(RequestLevel.GROUP)
    seen = []
    for hour in range(1, 7):
        assert request.when_due(it, START + hour * HOUR - timedelta(seconds=1)) == []
        it = after(it, request.when_due(it, START + hour * HOUR))
        seen.append(it.level.value)
        assert it.due_at == START + (hour + 1) * HOUR
    assert seen == ["village", "township", "county", "city", "city", "city"]
    assert it.climbs == 6
    assert it.state is RequestState.RAISED


def test_a_desk_closes_on_the_word_of_who_raised_it() -> None:
    it = raised()
    with pytest.raises(NotAllowed, match="理由"):
        request.close(it, by=TOWNSHIP, reason="", now=START)
    facts = request.close(it, by=TOWNSHIP, reason="车已到", now=START)
    assert [fact.name for fact in facts] == ["Assigned", "Done", "Checked"]
    it = after(it, facts)
    assert (it.state, it.closed_by, it.due_at) == (RequestState.CLOSED, TOWNSHIP, None)
    assert request.when_due(it, START + 9 * HOUR) == []


def test_what_cannot_be_done_says_why() -> None:
    it = raised()
    for wrong in (request.begin, request.done):
        with pytest.raises(NotAllowed, match="指派"):
            wrong(it, by="post-road", now=START)
    with pytest.raises(NotAllowed, match="核查"):
        request.check(it, by=LEADER, now=START)
    with pytest.raises(NotAllowed, match="提出求助的人"):
        request.withdraw(it, by=TOWNSHIP, now=START)
    it = after(it, request.withdraw(it, by=LEADER, now=START, reason="不用了"))
    assert it.state is RequestState.WITHDRAWN
    with pytest.raises(NotAllowed):
        request.assign(it, by=TOWNSHIP, to="post-road", now=START)
    assert after(raised(), [DrillEnded(at=START, reason="演练中止")]).state is RequestState.WITHDRAWN


def received(to_person: str | None = None, *, noted: bool = False) -> Reply:
    _, facts = replies.receive(
        gateway="simulated",
        gateway_id="42",
        channel=Channel.SMS,
        from_ref="phone:1",
        text_ref="text:1",
        status=CapStatus.EXERCISE,
        now=START,
        reading=Reading(intents=(Intent.ACK,), sure=True),
        to_person=to_person,
        noted=noted,
    )
    return saved(replies.evolve(None, saved(facts[0])))


def test_a_reply_is_read_waits_or_is_noted() -> None:
    assert received().state is ReplyState.READ
    assert received(noted=True).state is ReplyState.NOTED
    waiting = received("户数比人数多")
    assert (waiting.state, waiting.to_person) == (ReplyState.WAITING, "户数比人数多")
    assert waiting.id == replies.reply_id("simulated", "42")


def test_a_named_person_reads_it_once() -> None:
    waiting = received("看不准")
    reading = Reading(intents=(Intent.COMPLETE,), sure=True)
    (fact,) = replies.person_read(waiting, by=TOWNSHIP, reading=reading, now=START)
    read = replies.evolve(waiting, fact)
    assert (read.state, read.reading, read.read_by) == (ReplyState.READ, reading, TOWNSHIP)
    with pytest.raises(NotAllowed, match="已经读过"):
        replies.person_read(read, by=LEADER, reading=reading, now=START)
    assert replies.no_action(read, by=TOWNSHIP, reason="重复", now=START) == []
    (nothing,) = replies.no_action(waiting, by=TOWNSHIP, reason="问候", now=START)
    noted = replies.evolve(waiting, nothing)
    assert (noted.state, noted.reason) == (ReplyState.NOTED, "问候")
    assert replies.evolve(noted, DrillEnded(at=START, reason="演练中止")) == noted
    assert replies.evolve(waiting, DrillEnded(at=START, reason="演练中止")).state is ReplyState.NOTED
