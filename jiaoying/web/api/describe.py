"""What this interface offers: a plain page made from the OpenAPI document, without anything from outside."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from jiaoying.web.pages import render

router = APIRouter()


@router.get("/api/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """All routes in one readable page."""
    document: dict[str, Any] = request.app.openapi()
    schemas = document.get("components", {}).get("schemas", {})
    routes = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = str(body.get("$ref", "")).rpartition("/")[2]
            fields = schemas.get(name, {}).get("properties", {})
            wanted = set(schemas.get(name, {}).get("required", ()))
            routes.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "words": operation.get("description") or operation.get("summary", ""),
                    "tag": (operation.get("tags") or ["其他"])[0],
                    "parameters": [one["name"] for one in operation.get("parameters", ()) if one["in"] != "path"],
                    "body": [(field, field in wanted) for field in fields],
                    "answers": sorted(operation.get("responses", {})),
                }
            )
    return render("docs.html", routes=routes, title=document["info"]["title"])
