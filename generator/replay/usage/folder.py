"""Finds the simulated service of a kind of source: `simulated.py` in its folder, as that folder's README.md says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from sys import modules
from types import ModuleType
from typing import Any

from generator import resources
from generator.errors import EngineFailure
from generator.mapping.sources import kinds
from generator.rendering.plan import Plan
from generator.rendering.source_part import SourcePart
from generator.replay.usage.source import UsageSource


def usage_source(plan: Plan) -> UsageSource:
    """Open the service of a plan's kind of source, still without rows."""
    service: UsageSource = _of_kind(plan.source).simulated(plan)
    return service


def missing(kind: str) -> str:
    """Say what this machine lacks to play a kind, and what to do; empty where it lacks nothing."""
    told = getattr(_of_kind(kind), "missing", None)
    return str(told()) if told else ""


def credential_data(credential: str, secret: str) -> Mapping[str, Any] | None:
    """Give what a person types into a credential (its id) that a source brings along; None where nobody says so."""
    kind = source_credentials().get(credential)
    told = getattr(_of_kind(kind), "credential", None) if kind else None
    data: Mapping[str, Any] | None = told(secret) if told else None
    return data


def source_credentials() -> Mapping[str, str]:
    """Name the kind of source behind each credential (its id) that one brings along."""
    return _credentials(resources.sources())


def source_nodes(kind: str) -> list[Mapping[str, Any]]:
    """List the nodes that a kind puts into n8n's workflows."""
    return list(_nodes(resources.sources(), kind))


@cache
def _credentials(_sources: Path) -> Mapping[str, str]:
    nodes = [(kind, node) for kind in kinds() for node in source_nodes(kind)]
    return {one["id"]: kind for kind, node in nodes for one in node.get("credentials", {}).values()}


@cache
def _nodes(_sources: Path, kind: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(SourcePart(kind).text("n8n.json") or "{}").get("nodes", {}).values())


def _of_kind(kind: str) -> ModuleType:
    return _load(resources.sources() / kind / "simulated.py")


@cache
def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"generator.sources.{path.parent.name}.simulated", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise EngineFailure(f"no replay can play the usage source {path.parent.name}: it has no simulated.py")
    module = modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
