"""Every error in one shape: problem details (RFC 9457), with words for the person who asked."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from jiaoying.engine.commands import NotAllowed, NotFound, Stale
from jiaoying.storage.views import BadCursor

log = logging.getLogger(__name__)
TITLES = {
    400: "请求读不懂",
    401: "未登录",
    403: "没有权限",
    404: "没有这一项",
    405: "不能这样请求",
    409: "与现状冲突",
    413: "内容过大",
    422: "内容不合要求",
    500: "服务内部错误",
    503: "暂不可用",
}


# What pydantic finds wrong, in the words of the person who asked; {names} come from its context.
REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "json_invalid": "内容不是完整的 JSON",
    "string_type": "应是文字",
    "string_pattern_mismatch": "不能为空白",
    "string_too_short": "至少 {min_length} 字",
    "string_too_long": "最多 {max_length} 字",
    "string_unicode": "含有不是文字的编码",
    "enum": "只能是 {expected}",
    "literal_error": "只能是 {expected}",
    "int_parsing": "应是整数",
    "int_parsing_size": "数字过大",
    "int_type": "应是整数",
    "int_from_float": "应是整数",
    "float_parsing": "应是数字",
    "float_type": "应是数字",
    "finite_number": "应是有限的数字",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "bool_parsing": "应是 true 或 false",
    "bool_type": "应是 true 或 false",
    "list_type": "应是列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "dict_type": "应是 JSON 对象",
    "model_type": "应是 JSON 对象",
    "model_attributes_type": "应是 JSON 对象",
    "datetime_type": "应是时间",
    "datetime_parsing": "应是时间,如 2025-07-08T09:00:00+08:00",
    "datetime_from_date_parsing": "应是时间,如 2025-07-08T09:00:00+08:00",
    "date_type": "应是日期",
    "date_parsing": "应是日期,如 2025-07-08",
    "date_from_datetime_parsing": "应是日期,如 2025-07-08",
    "time_type": "应是钟点",
    "time_parsing": "应是钟点,如 09:00",
}
UNKNOWN_REASON = "格式不对"


def reason(error: Mapping[str, Any]) -> str:
    """What is wrong with one field, in Chinese; a check of our own brings its own words."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in ("value_error", "assertion_error"):
        own = str(context.get("error", ""))
        return UNKNOWN_REASON if own.isascii() else own
    try:
        words = REASONS.get(kind, UNKNOWN_REASON).format_map(context)
    except (KeyError, ValueError):
        return UNKNOWN_REASON
    return words.replace("'", "").replace(" or ", "、").replace(", ", "、") if "expected" in context else words


class Problem(Exception):
    """An error with its status and its words."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


class ProblemResponse(Response):
    """A problem as it is sent."""

    media_type = "application/problem+json"


def problem(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """The response for one error."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.url.path}
    sent = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        sent["WWW-Authenticate"] = 'Bearer realm="jiaoying"'
    return ProblemResponse(json.dumps(body | more, ensure_ascii=False), status_code=status, headers=sent)


def register(app: FastAPI) -> None:
    """Let every error of the app come out as a problem."""

    @app.exception_handler(Problem)
    def own(request: Request, error: Problem) -> Response:
        return problem(request, error.status, error.detail, **error.more)

    @app.exception_handler(NotFound)
    def not_found(request: Request, error: NotFound) -> Response:
        return problem(request, 404, str(error))

    @app.exception_handler(Stale)
    def stale(request: Request, error: Stale) -> Response:
        return problem(request, 409, str(error), stale=True)

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> Response:
        return problem(request, 409, str(error))

    @app.exception_handler(BadCursor)
    def bad_cursor(request: Request, error: BadCursor) -> Response:
        return problem(request, 422, f"cursor 不是本接口给出的:{error}")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"where": ".".join(str(part) for part in one["loc"]), "reason": reason(one), "kind": one["type"]}
            for one in error.errors()
        ]
        if any(fault["kind"] == "json_invalid" for fault in faults):
            return problem(request, 400, "内容不是完整的 JSON", errors=faults)
        words = ";".join(f"{fault['where']}: {fault['reason']}" for fault in faults[:3])
        return problem(request, 422, words, errors=faults)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        known = {404: "没有这个地址", 405: f"这个地址不接受 {request.method}"}
        return problem(request, error.status_code, known.get(error.status_code, str(error.detail)), error.headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(request, 500, "服务出错,已记入日志;请重试,仍不行请联系管理员")
