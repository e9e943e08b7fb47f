"""user and token: named accounts, one-time links, bearer tokens for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from jiaoying.bootstrap import running
from jiaoying.cli import show
from jiaoying.cli.app import DEFAULT_CONFIG, ConfigOption, JsonOption, settings
from jiaoying.cli.site import OPERATOR
from jiaoying.engine.turn import Turn
from jiaoying.storage import accounts

ROLES = ("duty", "dispatcher", "analyst", "admin")
user = typer.Typer(help="账号。", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(user, name="user")
    app.command("token", epilog="例:jiaoying token 王值班")(token)


@user.command(
    "add",
    epilog="例:jiaoying user add 王值班 --role duty;jiaoying user add 扎西调度 --role dispatcher --area 530629101000",
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="姓名,每人一个账号")],
    role: Annotated[str, typer.Option(help="、".join(ROLES))],
    area: Annotated[str | None, typer.Option(help="只管这个行政区(代码)")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """加一个账号,打印一次有效的登录链接。"""
    if role not in ROLES:
        show.fail(f"role 只能是 {'、'.join(ROLES)}", show.MISUSED)
    if not name.strip():
        show.fail("姓名不能为空", show.MISUSED)
    chosen = settings(config)
    with running(chosen, need_lead=False) as site:
        if area is not None and site.service.county.tree.get(area) is None:
            show.fail(f"没有这个行政区:{area}")

        def create(turn: Turn) -> str:
            accounts.put_user(turn.work, name, role, area, by=str(turn.actor), status=str(turn.site.status))
            return accounts.issue(turn.work, name, accounts.TokenKind.LOGIN)

        secret = site.service.run("AddUser", create, actor=OPERATOR)
    link = f"{chosen.public_url}/login/{secret}"
    if as_json:
        show.document({"name": name, "role": role, "area": area, "login": link})
    else:
        show.line(link)
        show.words.print(f"{name}({role})的登录链接,一次有效", markup=False)


@user.command("list", epilog="例:jiaoying user list")
def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """列出账号。"""
    with running(settings(config), need_lead=False) as site, site.engine.connect() as connection:
        users = accounts.users(connection)
    if as_json:
        show.document([{"name": u.name, "role": u.role, "area": u.area} for u in users])
        return
    for known in users:
        show.line(f"{known.name}\t{known.role}\t{known.area or '全部'}")


def token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="账号")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """给程序用的令牌:只在标准输出上打印令牌本身。"""

    def make(turn: Turn) -> str:
        return accounts.issue(turn.work, name, accounts.TokenKind.BEARER)

    with running(settings(config), need_lead=False) as site:
        try:
            secret = site.service.run("MakeToken", make, actor=OPERATOR)
        except accounts.NoSuchUser:
            show.fail(f"没有这个账号:{name};先用 jiaoying user add 加上")
    show.line(secret)
