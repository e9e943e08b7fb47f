"""Users, tokens that cannot be read back, links that work once, and answers that are repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from jiaoying.storage import accounts, sealer
from jiaoying.storage import journal as chain
from jiaoying.storage.accounts import Answer, NoSuchUser, TokenKind
from jiaoying.storage.schema import token
from jiaoying.storage.writer import Writer
from tests.storage.lamp import T0

HOUR = timedelta(hours=1)


@pytest.fixture
def wang(writer: Writer) -> accounts.User:
    return writer.execute(lambda work: accounts.put_user(work, "wang", "duty", "530629", by="cli"))


def who(engine: Engine, secret: str, hours: float = 0, **options: Any) -> str | None:
    with engine.connect() as connection:
        found = accounts.authenticate(connection, secret, now=T0 + hours * HOUR, **options)
    return None if found is None else found.name


def test_users_are_noted_once(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    again = writer.execute(lambda work: accounts.put_user(work, "wang", "duty", "530629", by="cli"))
    assert again == wang
    changed = writer.execute(lambda work: accounts.put_user(work, "wang", "admin", by="cli"), now=T0 + HOUR)
    assert (changed.role, changed.area, changed.created_at) == ("admin", None, T0)
    with engine.connect() as connection:
        assert accounts.users(connection) == [changed]
        assert accounts.find_user(connection, "li") is None
    sealer.seal(engine)
    with engine.connect() as connection:
        facts = [one["facts"][0]["fact"] for one in chain.entries(connection, kinds=["user"])]
    assert facts == ["UserAdded", "UserChanged"]


def test_a_bearer_token_is_kept_only_as_its_digest(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    secret = writer.execute(lambda work: accounts.issue(work, "wang", TokenKind.BEARER))
    assert len(secret) >= 32
    assert who(engine, secret) == "wang"
    assert who(engine, secret, 10_000) == "wang"
    assert who(engine, "guess") is None
    with engine.connect() as connection:
        row = connection.execute(select(token)).one()
    assert secret not in str(row)
    with pytest.raises(NoSuchUser):
        writer.execute(lambda work: accounts.issue(work, "nobody", TokenKind.BEARER))


def test_a_drills_token_comes_from_its_seed(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    for _ in range(2):
        given = writer.execute(lambda work: accounts.issue(work, "wang", TokenKind.BEARER, secret="seeded"))
        assert given == "seeded"
    assert who(engine, "seeded") == "wang"


def test_a_login_link_works_once(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    link = writer.execute(lambda work: accounts.issue(work, "wang", TokenKind.LOGIN, life=HOUR))
    assert who(engine, link) is None, "a link is no token"
    logged_in = writer.execute(lambda work: accounts.log_in(work, link))
    assert logged_in is not None
    user, session = logged_in
    assert user == wang
    assert who(engine, session) == "wang"
    assert who(engine, session, 13) is None
    assert who(engine, session, kinds=(TokenKind.BEARER,)) is None
    assert writer.execute(lambda work: accounts.log_in(work, link)) is None
    writer.execute(lambda work: accounts.log_out(work, session))
    assert who(engine, session) is None


def test_a_link_ends(writer: Writer, wang: accounts.User) -> None:
    link = writer.execute(lambda work: accounts.issue(work, "wang", TokenKind.LOGIN, life=HOUR))
    assert writer.execute(lambda work: accounts.log_in(work, link), now=T0 + HOUR) is None


def test_a_disabled_user_is_out_at_once(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    secret = writer.execute(lambda work: accounts.issue(work, "wang", TokenKind.BEARER))
    writer.execute(lambda work: accounts.disable_user(work, "wang", by="admin"))
    assert who(engine, secret) is None
    writer.execute(lambda work: accounts.put_user(work, "wang", "duty", by="admin"))
    assert who(engine, secret) is None, "old tokens stay revoked"
    with pytest.raises(NoSuchUser):
        writer.execute(lambda work: accounts.disable_user(work, "li", by="admin"))


def test_answers_are_kept_for_repetitions(writer: Writer, engine: Engine, wang: accounts.User) -> None:
    answer = Answer(path="/api/v1/tasks/1/confirm", status=200, body='{"state":"CLEARED"}')
    writer.execute(lambda work: accounts.keep_answer(work, "key-1", "wang", answer))
    with engine.connect() as connection:
        assert accounts.answered(connection, "key-1", "wang") == answer
        assert accounts.answered(connection, "key-1", "li") is None
    with pytest.raises(IntegrityError):
        writer.execute(lambda work: accounts.keep_answer(work, "key-1", "wang", answer))
    assert writer.execute(lambda work: accounts.forget_answers(work, before=T0 + HOUR)) == 1
