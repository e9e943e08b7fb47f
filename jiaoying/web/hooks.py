"""Where gateways post what comes in: secret first, then stored durably, then 200, and only then understood.

The simulated gateway posts JSON. `sms`: `{id, from, to, text, at}`; `voice`: `{id, from, keys, message, at}`;
`status`: `{id, message or gateway_id, kind, at, reason}`.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Header, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from jiaoying.engine.commands import Actor, ReceiveReceipt, ReceiveText
from jiaoying.web.context import Context, Web
from jiaoying.web.problems import Problem
from notifiers.receipts import ReceiptKind

router = APIRouter(tags=["网关"])
MOST_BYTES = 64 * 1024
MOST_TEXT = 4000
Secret = Annotated[str | None, Query(max_length=200)]
SecretHeader = Annotated[str | None, Header(alias="X-Hook-Secret", max_length=200)]


def _admit(web: Web, notifier: str, given: str | None) -> None:
    """Let nobody in without the notifier's secret; an unknown notifier and a wrong secret look the same."""
    secret = web.secrets.get(notifier)
    if not secret or not given or not hmac.compare_digest(secret.encode(), given.encode()):
        raise Problem(403, "密钥不对")


async def _body(request: Request) -> dict[str, Any]:
    """The whole body, if it is whole, of bearable size and a JSON object."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                raise Problem(413, f"内容超过 {MOST_BYTES} 字节")
            parts.append(part)
    except ClientDisconnect as error:
        raise Problem(400, "内容没有传完") from error
    announced = request.headers.get("content-length")
    if announced is not None and announced.isdigit() and int(announced) != size:
        raise Problem(400, "内容没有传完")
    try:
        data = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "内容不是完整的 JSON") from error
    if not isinstance(data, dict):
        raise Problem(400, "内容应是一个 JSON 对象")
    return data


def _text(data: dict[str, Any], name: str, *, most: int = 200, needed: bool = True) -> str:
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Problem(400, f"{name}: 应是文字")
    if len(value) > most:
        raise Problem(400, f"{name}: 超过 {most} 字")
    if "\x00" in value or any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
        raise Problem(400, f"{name}: 含有不是文字的编码")
    return value


def _at(web: Web, data: dict[str, Any]) -> datetime:
    """When the gateway says it happened; its arrival where it says nothing."""
    text = _text(data, "at", needed=False)
    if not text:
        return web.service.clock()
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=web.service.site.timezone)
        moment.astimezone(web.service.site.timezone)
    except (ValueError, OverflowError) as error:
        raise Problem(400, f"at: 不是时间:{text}") from error
    return moment


async def _take(web: Web, notifier: str, command: ReceiveText | ReceiveReceipt, later: BackgroundTasks) -> JSONResponse:
    """Store it durably, answer, understand it afterwards."""
    actor = Actor(kind="gateway", id=notifier)
    new = await run_in_threadpool(web.service.store_inbound, command, actor)
    if new:
        later.add_task(web.inbound.handle)
    return JSONResponse({"stored": True, "new": new}, background=later)


@router.post("/hooks/{notifier}/sms")
async def sms(
    web: Context,
    request: Request,
    notifier: str,
    later: BackgroundTasks,
    secret: Secret = None,
    header: SecretHeader = None,
) -> JSONResponse:
    """A text."""
    _admit(web, notifier, header or secret)
    data = await _body(request)
    command = ReceiveText(
        gateway=notifier,
        gateway_id=_text(data, "id"),
        sender=_text(data, "from"),
        text=_text(data, "text", most=MOST_TEXT, needed=False),
        at=_at(web, data),
    )
    return await _take(web, notifier, command, later)


@router.post("/hooks/{notifier}/voice")
async def voice(
    web: Context,
    request: Request,
    notifier: str,
    later: BackgroundTasks,
    secret: Secret = None,
    header: SecretHeader = None,
) -> JSONResponse:
    """Keys pressed during a call."""
    _admit(web, notifier, header or secret)
    data = await _body(request)
    command = ReceiveText(
        gateway=notifier,
        gateway_id=_text(data, "id"),
        sender=_text(data, "from"),
        text=_text(data, "keys" if "keys" in data else "text", most=MOST_TEXT),
        at=_at(web, data),
        channel="voice",
        message=_text(data, "message", needed=False) or None,
    )
    return await _take(web, notifier, command, later)


@router.post("/hooks/{notifier}/status")
async def status(
    web: Context,
    request: Request,
    notifier: str,
    later: BackgroundTasks,
    secret: Secret = None,
    header: SecretHeader = None,
) -> JSONResponse:
    """What the gateway says of a message."""
    _admit(web, notifier, header or secret)
    data = await _body(request)
    kind = _text(data, "kind")
    if kind not in set(ReceiptKind):
        raise Problem(400, f"kind: 没有“{kind}”这种回执;有:{'、'.join(ReceiptKind)}")
    message = _text(data, "message", needed=False) or None
    gateway_id = _text(data, "gateway_id", needed=False) or None
    if message is None and gateway_id is None:
        raise Problem(400, "message 与 gateway_id 须写一个")
    # Kept apart from texts, whose numbers may be the same; two claims about one message differ by their kind.
    identity = _text(data, "id", needed=False) or message or gateway_id
    command = ReceiveReceipt(
        gateway=notifier,
        receipt_id=f"status:{identity}:{kind}",
        kind=ReceiptKind(kind),
        at=_at(web, data),
        message=message,
        gateway_id=gateway_id,
        reason=_text(data, "reason", needed=False),
    )
    return await _take(web, notifier, command, later)
