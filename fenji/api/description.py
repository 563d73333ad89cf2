"""The description of the API for programs (OpenAPI) and, without any script, for people."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from fenji.api.errors import body_of, words_for
from fenji.api.v1 import api

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Described:
    """One operation as the page and the reference show it."""

    method: str
    path: str
    summary: str
    description: str
    takes: str
    gives: str
    answers: tuple[str, ...]
    headers: tuple[str, ...]


@lru_cache
def schema() -> dict[str, Any]:
    """OpenAPI 3.1 of the first version; paths are relative to the server."""
    described: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    for operations in described["paths"].values():
        for operation in operations.values():
            if operation.get("parameters") == []:
                del operation["parameters"]
    return described


def openapi(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "max-age=300"
    return response


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/reference.html", {"groups": described()})


@csrf_exempt
def absent(request: HttpRequest) -> HttpResponse:
    """No such address: said in JSON, as everything here."""
    return JsonResponse(body_of(404, words_for(404)).model_dump(mode="json"), status=404)


@lru_cache
def described() -> list[tuple[str, list[Described]]]:
    """The operations by context, in the order of the routers."""
    groups: dict[str, list[Described]] = {}
    for path, operations in schema()["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                groups.setdefault(operation["tags"][0], []).append(_described(method, path, operation))
    return list(groups.items())


def _described(method: str, path: str, operation: dict[str, Any]) -> Described:
    body = operation.get("requestBody", {}).get("content", {})
    good = next(code for code in operation["responses"] if int(code) < 300)
    return Described(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        takes=", ".join(_name(content) for content in body.values()),
        gives=", ".join(_name(content) for content in operation["responses"][good].get("content", {}).values()),
        answers=tuple(str(code) for code in operation["responses"]),
        headers=tuple(one["name"] for one in operation.get("parameters", []) if one["in"] == "header"),
    )


def _name(content: dict[str, Any]) -> str:
    schema = content.get("schema", {})
    return str(schema.get("$ref", schema.get("format", schema.get("title", "")))).rpartition("/")[2]
