"""Google Sheets: Get Range Values, by way of `spreadsheets.values.get`."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote, urlencode

from generator.iml.values import Value, is_empty
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import Fields, flag_of, invalid, numbered, parse_json, text_of
from generator.replay.make.modules.http import DEFAULT_TIMEOUT, status_error
from generator.stripe_mock.exchange import Request

HOST: Final = "sheets.googleapis.com"
OFFERED: Final = {
    "select": ("map", "list", "fromAll"),
    "valueRenderOption": ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"),
    "dateTimeRenderOption": ("FORMATTED_STRING", "SERIAL_NUMBER"),
}


def range_values(bench: Bench, module: Module, fields: Fields) -> list[Value]:
    """Give a bundle for each row of a range: its cells by the number of their column, from 0, as text.

    Only ranges without headers are modelled: then the first row is a row like the others. Whether rows without any cell
    give bundles is a switch.
    """
    if flag_of(fields, "includesHeaders") is not False:
        raise invalid("Only a range without headers is modelled: set 'includesHeaders' to false.")
    chosen = {name: _chosen(fields, name, words) for name, words in OFFERED.items()}
    cells = f"{text_of(fields, 'sheetId', required=True)}!{text_of(fields, 'range', required=True)}"
    path = f"/v4/spreadsheets/{text_of(fields, 'spreadsheetId', required=True)}/values/{quote(cells)}"
    query = urlencode({"majorDimension": "ROWS", **{k: v for k, v in chosen.items() if k != "select"}})
    found = bench.credential(module.info, f"https://{HOST}{path}")
    headers = {found[0].lower(): found[1]} if found else {}
    response = bench.exchange(module.info, Request("GET", HOST, path, query, headers), DEFAULT_TIMEOUT)
    if response.status >= 400:
        raise status_error(bench, response)
    return numbered([_bundle(line, n) for n, line in enumerate(_lines(response.body), 1) if line or _given(bench)])


def _chosen(fields: Fields, name: str, words: tuple[str, ...]) -> str:
    word = text_of(fields, name) or words[0]
    if word not in words:
        raise invalid(f"Invalid value '{word}' in parameter '{name}'.")
    return word


def _given(bench: Bench) -> bool:
    bench.meet("sheet_empty_rows")
    return bench.switches.sheet_empty_rows == "given"


def _lines(body: bytes) -> list[list[Value]]:
    try:
        answer = json.loads(body)
        lines = parse_json(json.dumps(answer.get("values", [])))
    except (ValueError, AttributeError):
        raise ModuleError("DataError", "The response is no range of a sheet.") from None
    return [line for line in lines if isinstance(line, list)] if isinstance(lines, list) else []


def _bundle(line: list[Value], number: int) -> Value:
    cells = {str(place): cell for place, cell in enumerate(line) if not is_empty(cell)}
    return {**cells, "__ROW_NUMBER__": number}
