"""HTTP, in both living generations: `MakeRequest` v4 and `ActionSendData` v3 (Make apps: HTTP)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from generator.iml.values import Value, is_empty, to_buffer
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import (
    Fields,
    flag_of,
    invalid,
    pairs_of,
    parse_json,
    text_of,
    whole_of,
    write_json,
)
from generator.stripe_mock.exchange import Request, Response

METHODS: Final = frozenset({"get", "head", "post", "put", "patch", "delete", "options"})
HEADER_NAME: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
DEFAULT_TIMEOUT: Final = 40
MOST_REDIRECTS: Final = 10
BOUNDARY: Final = "make-boundary-0000000000000000"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as both generations describe it."""

    url: str
    method: str
    headers: list[tuple[str, str]]
    query: list[tuple[str, str]]
    body: bytes
    content_type: str
    timeout: int
    parse: bool
    redirects: bool
    authorised: bool


def make_request(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Run `http:MakeRequest` v4."""
    method, url = _target(fields)
    if not url.startswith("https://"):
        raise invalid(f"Invalid URL in parameter 'url': {url!r} does not start with https://.")
    body, content_type = _body_v4(fields) if method not in ("get", "head") else (b"", "")
    call = Call(
        url=url,
        method=method,
        headers=pairs_of(fields, "headers"),
        query=pairs_of(fields, "queryParameters"),
        body=body,
        content_type=content_type,
        timeout=_timeout(fields),
        parse=bool(flag_of(fields, "parseResponse")),
        redirects=bool(flag_of(fields, "allowRedirects")),
        authorised=module.info.parameters.get("authenticationType", "noAuth") != "noAuth",
    )
    return [_answer(bench, module, call, stops=flag_of(fields, "stopOnHttpError"))]


def send_data(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Run `http:ActionSendData` v3 and its siblings with authentication."""
    method, url = _target(fields)
    body, content_type = _body_v3(fields) if method not in ("get", "head") else (b"", "")
    call = Call(
        url=quote(url, safe=":/?#[]@!$&'()*+,;=%") if flag_of(fields, "serializeUrl") else url,
        method=method,
        headers=pairs_of(fields, "headers"),
        query=pairs_of(fields, "qs"),
        body=body,
        content_type=content_type,
        timeout=_timeout(fields),
        parse=bool(flag_of(fields, "parseResponse")),
        redirects=flag_of(fields, "followRedirect") is not False,
        authorised=not module.info.name.endswith(":ActionSendData"),
    )
    return [_answer(bench, module, call, stops=flag_of(module.info.parameters, "handleErrors") is not False)]


def _target(fields: Fields) -> tuple[str, str]:
    method, url = text_of(fields, "method", required=True), text_of(fields, "url", required=True)
    if method not in METHODS:
        raise invalid(f"Invalid value '{method}' in parameter 'method'.")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise invalid(f"Invalid URL in parameter 'url': {url!r}.")
    return method, url.strip()


def _timeout(fields: Fields) -> int:
    return DEFAULT_TIMEOUT if is_empty(fields.get("timeout")) else whole_of(fields, "timeout", 1, 300)


def _body_v4(fields: Fields) -> tuple[bytes, str]:
    kind = text_of(fields, "contentType")
    if kind == "json":
        if text_of(fields, "inputMethod", required=True) == "jsonString":
            return text_of(fields, "jsonStringBodyContent").encode(), "application/json"
        return write_json(fields.get("dataStructureBodyContent")).encode(), "application/json"
    if kind == "urlEncoded":
        pairs = pairs_of(fields, "urlEncodedBodyContent")
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    if kind == "multipart":
        return _multipart(pairs_of(fields, "multipartBodyContent"))
    return to_buffer(fields.get("rawBodyContent")), text_of(fields, "contentTypeValue") if kind == "custom" else ""


def _body_v3(fields: Fields) -> tuple[bytes, str]:
    kind = text_of(fields, "bodyType")
    if kind == "raw":
        content_type = text_of(fields, "contentType")
        return to_buffer(fields.get("data")), "" if content_type == "custom" else content_type
    if kind == "x_www_form_urlencoded":
        return urlencode(pairs_of(fields, "formFields", "key")).encode(), "application/x-www-form-urlencoded"
    if kind == "multipart_form_data":
        return _multipart(pairs_of(fields, "formFields", "key"))
    return b"", ""


def _multipart(pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    parts = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in pairs)
    return f"{''.join(parts)}--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


def _answer(bench: Bench, module: Module, call: Call, *, stops: bool | None) -> Value:
    request = _request(bench, module, call)
    response = bench.exchange(module.info, request, call.timeout)
    if call.redirects:
        response = _followed(bench, module, call, request, response)
    if response.status >= 400:
        _raise_if_stopped(bench, response, stops=stops)
    output: dict[str, Value] = {
        "statusCode": response.status,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "data": _data(bench, response, parse=call.parse),
    }
    return {**output, "fileSize": len(response.body)} if "ActionSendData" in module.info.name else output


def _request(bench: Bench, module: Module, call: Call) -> Request:
    parts = urlsplit(call.url)
    headers: dict[str, str] = {"content-type": call.content_type} if call.content_type else {}
    for name, value in call.headers:
        if not HEADER_NAME.fullmatch(name) or "\r" in value or "\n" in value:
            raise invalid(f"Invalid header {name!r} in parameter 'headers'.")
        headers[name.lower()] = value
    if call.authorised and (found := bench.credential(module.info, call.url)):
        headers[found[0].lower()] = found[1]
    query = "&".join(part for part in (parts.query, urlencode(call.query, quote_via=quote)) if part)
    return Request(call.method.upper(), parts.hostname or "", parts.path or "/", query, headers, call.body)


def _followed(bench: Bench, module: Module, call: Call, request: Request, response: Response) -> Response:
    for _ in range(MOST_REDIRECTS):
        location = {name.lower(): value for name, value in response.headers.items()}.get("location")
        if response.status not in (301, 302, 303, 307, 308) or not location:
            break
        parts = urlsplit(urljoin(f"https://{request.host}{request.path}", location))
        kept = response.status in (307, 308)
        request = replace(
            request,
            method=request.method if kept or request.method == "HEAD" else "GET",
            host=parts.hostname or request.host,
            path=parts.path or "/",
            query=parts.query,
            body=request.body if kept else b"",
        )
        response = bench.exchange(module.info, request, call.timeout)
    return response


def _raise_if_stopped(bench: Bench, response: Response, *, stops: bool | None) -> None:
    switches = bench.switches
    if stops is None:
        bench.meet("missing_stop_on_error")
        stops = switches.missing_stop_on_error == "error"
    if not stops and response.status == 401:
        bench.meet("pass_401")
        stops = switches.pass_401 == "error"
    if stops:
        raise status_error(bench, response)


def status_error(bench: Bench, response: Response) -> ModuleError:
    """Make the error of a 4xx or 5xx answer; what no document settles is a switch."""
    status = response.status
    message = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else str(status)
    return ModuleError(_status_type(bench, status), message, _data(bench, response, parse=True))


def _status_type(bench: Bench, status: int) -> str:
    if status == 429:
        return "RateLimitError"
    if status in (502, 503, 504):
        return "ConnectionError"
    if status == 401:
        bench.meet("status_401")
        return bench.switches.status_401
    if status >= 500:
        bench.meet("status_500")
        return bench.switches.status_500
    bench.meet("status_4xx")
    return bench.switches.status_4xx


def _data(bench: Bench, response: Response, *, parse: bool) -> Value:
    try:
        words = response.body.decode()
    except UnicodeDecodeError:
        return response.body
    kind = {name.lower(): value for name, value in response.headers.items()}.get("content-type", "")
    if not parse or not re.match(r"application/([\w.+-]*\+)?json\b", kind.strip(), re.IGNORECASE):
        return words
    if not words:
        return None
    try:
        return parse_json(words)
    except (ValueError, RecursionError):
        bench.meet("broken_json")
        if bench.switches.broken_json == "error":
            raise ModuleError("DataError", "The response is not valid JSON.", words) from None
        return words
