"""Files that a person hands to `replay` in place of ours: which workflow each is, and its billing mode."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator import resources
from generator.errors import UnreadableInput, WrongUsage
from generator.mapping.sources import APP_LOG
from generator.rendering.plan import Billing, Client, ModelName, Pair, Plan, Retry, TokenType, Windows
from generator.rendering.registry import FLOWS, SCENARIOS
from generator.replay.given_contacts import caps_of, contacts_of, expected_cost, month_of

_BILLING = re.compile(rb'\\"billing\\": ?\\"([a-z_]+)\\"')
_SOURCE = re.compile(rb'\\"source\\": ?\{\\"kind\\": ?\\"([a-z_]+)\\"')
_RUN = re.compile(rb'\\"source\\": ?\{[^{}]*\\"name\\": ?\\"([a-z0-9-]+)\\"')
"""Fields of the JSON text inside a JSON file."""
_WORKFLOWS = tuple(flow.stem for flow in FLOWS)
_STARTED = tuple(stem for stem in _WORKFLOWS if stem not in ("meter-usage-chunk", "meter-usage-native"))


def read_given(paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files and name each as `build` would: by its content, not by its name."""
    files: dict[str, bytes] = {}
    for path in paths:
        try:
            content = path.read_bytes()
            name = _name(json.loads(content))
        except OSError as error:
            raise UnreadableInput(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise UnreadableInput(f"{path}: not JSON: {error}") from error
        if name is None:
            raise WrongUsage(
                f"{path} is neither one of our n8n workflows ({', '.join(_WORKFLOWS)}) nor a Make blueprint"
            )
        if name in files:
            raise WrongUsage(f"{path} is another {name}: give the files of one source's run at a time")
        files[name] = content
    return files


def _name(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("flow"), list):
        return f"make/{_nearest(data, 'make', [scenario.stem for scenario in SCENARIOS])}.json"
    if not isinstance(data.get("nodes"), list):
        return None
    types = {str(node.get("type")) for node in data["nodes"] if isinstance(node, dict)}
    if "n8n-nodes-base.stripe" in types:
        return "n8n/meter-usage-native.json"
    child = "n8n-nodes-base.executeWorkflowTrigger" in types
    return f"n8n/{_nearest(data, 'n8n', _called() if child else _STARTED)}.json"


def _called() -> list[str]:
    """List the workflows that another one may call; some are started in other ways as well."""
    return [stem for stem in _WORKFLOWS if "executeWorkflowTrigger" in _template("n8n", stem)]


def _nearest(data: dict[str, Any], platform: str, stems: Sequence[str]) -> str:
    """Name the template whose captions a file shares most: people rename a workflow, hardly its nodes."""
    own = set(_captions(data))
    shares = {stem: own & set(_captions(json.loads(_template(platform, stem)))) for stem in stems}
    return max(stems, key=lambda stem: len(shares[stem]))


def _template(platform: str, stem: str) -> str:
    return (resources.templates() / platform / f"{stem}.json").read_text(encoding="utf-8")


def _captions(data: Any) -> Iterator[tuple[str, str]]:
    """List type and caption of every node or module."""
    if isinstance(data, list):
        for value in data:
            yield from _captions(value)
    elif isinstance(data, dict):
        designer = data.get("metadata", {}).get("designer", {}) if isinstance(data.get("metadata"), dict) else {}
        kind = data.get("module") or data.get("type")
        caption = designer.get("name") if "module" in data else data.get("name")
        if isinstance(kind, str) and isinstance(caption, str):
            yield kind, caption
        for key in ("nodes", "flow", "routes"):
            yield from _captions(data.get(key))


def engines_of(files: dict[str, bytes]) -> set[str]:
    """Name the engines that files are for."""
    return {path.split("/")[0] for path in files}


def billing_of(files: Mapping[str, bytes]) -> str | None:
    """Find the one billing mode that files name in their *Mapping*."""
    found = {mode.decode() for content in files.values() for mode in _BILLING.findall(content)}
    return found.pop() if len(found) == 1 else None


def run_of(files: Mapping[str, bytes], plan: Plan) -> Plan:
    """Give the plan of the source whose run files are of, where the mapping has several."""
    named = {name.decode() for content in files.values() for name in _RUN.findall(content)}
    return next((run for run in plan.runs if run.run in named), plan)


def is_about(files: Mapping[str, bytes], plan: Plan) -> bool:
    """Whether a plan's customers and its kind of source stand in files: they may be rendered from its mapping."""
    text = b"".join(files.values())
    kinds = {kind.decode() for kind in _SOURCE.findall(text)} or {APP_LOG}
    return plan.source in kinds and all(client.customer in text.decode(errors="replace") for client in plan.clients)


def plan_of(files: Mapping[str, bytes]) -> Plan | None:
    """Read the plan back from the *Mapping* node of an n8n workflow; None where no file has one."""
    leaves = [leaf for content in files.values() for leaf in _leaves(json.loads(content))]
    return _plan(leaves[0]) if leaves else None


def _leaves(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _leaves(value)
    elif isinstance(data, str) and '"billing"' in data:
        try:
            inner = json.loads(data)
        except ValueError:
            return
        if isinstance(inner, dict) and inner.get("format") == 1 and isinstance(inner.get("pairs"), list):
            yield inner


def _plan(leaf: Mapping[str, Any]) -> Plan:
    try:
        window, source, retry = leaf["window"], leaf["source"], leaf["retry"]
        return Plan(
            name=leaf["name"],
            billing=Billing(leaf["billing"]),
            livemode=leaf["livemode"],
            currency=leaf["currency"],
            since=_instant(leaf["since"]),
            windows=Windows(window["size"], window["zone"], window["lookback"], "00:20"),
            source_url=source.get("url", ""),
            per_page=source.get("per_page", 1000),
            source=source.get("kind", APP_LOG),
            source_client=source.get("client", ""),
            source_ready_s=source.get("ready_s", 0),
            ops_channel=leaf["slack"]["ops"],
            retry=Retry(**retry),
            clients=tuple(_client(client, leaf["currency"]) for client in leaf["clients"]),
            model_names=tuple(ModelName(m["name"], m["model"], _instant(m["since"])) for m in leaf["models"]),
            pairs=tuple(_pair(pair) for pair in leaf["pairs"]),
            weighted_event=leaf["weighted"]["event_name"],
            weighted_digest=leaf["weighted"]["digest"],
            contacts=tuple(contacts_of(leaf)),
            caps=caps_of(leaf),
            portal=leaf.get("portal", ""),
            run=source.get("name", ""),
            elsewhere=tuple(leaf.get("elsewhere", ())),
            elsewhere_patterns=tuple(leaf.get("elsewhere_patterns", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(f"the Mapping node holds no mapping of ours: {error!r}") from error


def _client(leaf: Mapping[str, Any], currency: str) -> Client:
    return Client(
        key=leaf["key"],
        name=leaf["name"],
        customer=leaf["customer"],
        names=tuple(leaf["names"]),
        patterns=tuple(leaf.get("patterns", ())),
        since=_instant(leaf["since"]),
        until=_instant(leaf["until"]) if leaf["until"] else None,
        anchor=_instant(leaf["anchor"]),
        grace=timedelta(seconds=leaf["grace_s"]),
        retainer=None if leaf["retainer"] is None else Decimal(leaf["retainer"]),
        expected_month=expected_cost(leaf, currency),
        month=month_of(leaf),
        models=tuple(leaf["models"]) if "models" in leaf else None,
    )


def _pair(leaf: Mapping[str, Any]) -> Pair:
    return Pair(
        model=leaf["model"],
        token_type=TokenType(leaf["token_type"]),
        event_name=leaf["event_name"],
        digest=leaf["digest"],
        rate=Decimal(leaf["rate"]),
        cost=Decimal(leaf["cost"]),
        weight=leaf["weight"],
        since=_instant(leaf["since"]),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
