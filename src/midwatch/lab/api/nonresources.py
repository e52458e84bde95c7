"""Paths that are about no objects: discovery, schemas, health, version."""

from __future__ import annotations

from midwatch.lab.api.call import Answer, Call
from midwatch.lab.api.discovery import all_groups, core_group, one_group, resource_list
from midwatch.lab.api.health import health, version
from midwatch.lab.api.negotiation import clauses
from midwatch.lab.api.resources import served
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import Kind
from midwatch.lab.schema import openapi_v2, openapi_v3, openapi_v3_index

_NO_PAGE = "404 page not found\n"
_TEXT = "text/plain; charset=utf-8"
_PATHS = (
    "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/", "/healthz", "/livez", "/openapi/v2",
    "/openapi/v3", "/openapi/v3/", "/readyz", "/version",
)  # fmt: skip


def no_page() -> Answer:
    """What the server says about paths that it does not know at all."""
    return Answer(_NO_PAGE, 404, _TEXT)


def respond(call: Call) -> Answer:
    """The answer to a GET."""
    if call.method not in ("GET", "HEAD"):
        return Answer("405 method not allowed\n", 405, _TEXT) if call.target.path == "/version" else no_page()
    match [each for each in call.target.path.split("/") if each]:
        case []:
            return Answer({"paths": [*_PATHS]})
        case ["version"]:
            return version()
        case [("healthz" | "livez" | "readyz") as endpoint]:
            return health(call.env, endpoint, call.query)
        case ["api" | "apis", *rest] as parts:
            return _discovery(call, parts[0], rest)
        case ["openapi", *rest]:
            return _openapi(call, rest)
        case _:
            return no_page()


def _discovery(call: Call, root: str, rest: list[str]) -> Answer:
    accept = call.headers.get("accept", "")
    try:
        match root, rest:
            case "api", []:
                return core_group(call.env, accept, call.headers.get("host", ""))
            case "api", [version_]:
                return resource_list(call.env, "", version_)
            case "apis", []:
                return all_groups(call.env, accept)
            case "apis", [group]:
                return one_group(call.env, group)
            case _:
                return resource_list(call.env, rest[0], rest[1])
    except ApiError:
        return no_page()


def _openapi(call: Call, rest: list[str]) -> Answer:
    kinds = [each.kind for each in served(call.env.kinds)]
    match rest:
        case ["v2"]:
            return _swagger(call, kinds)
        case ["v3"]:
            return Answer(openapi_v3_index(kinds))
        case ["v3", "api", version_]:
            return _schemas(openapi_v3("", version_, kinds))
        case ["v3", "apis", group, version_]:
            return _schemas(openapi_v3(group, version_, kinds))
        case _:
            return no_page()


def _schemas(found: bytes | None) -> Answer:
    return no_page() if found is None else Answer(found)


def _swagger(call: Call, kinds: list[Kind]) -> Answer:
    """The old document, which is not offered in protocol buffers."""
    if all("protobuf" in each.media for each in clauses(call.headers.get("accept", ""))):
        return Answer("406 not acceptable\n", 406, _TEXT)
    return Answer(openapi_v2(kinds))
