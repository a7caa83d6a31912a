"""Tiny workflows that the tests of the driver run."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_URL, uuid5

API = "https://api.stripe.com/v2/billing/meter_events"
Node = dict[str, Any]


def node(name: str, kind: str, version: float, parameters: dict[str, Any] | None = None, **more: Any) -> Node:
    """Make a node of n8n's own package."""
    return {
        "id": str(uuid5(NAMESPACE_URL, name)),
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters or {},
        **more,
    }


def manual(name: str = "Start") -> Node:
    """Make a trigger that a person presses."""
    return node(name, "manualTrigger", 1)


def schedule(name: str = "Night") -> Node:
    """Make a nightly trigger."""
    rule = {"interval": [{"field": "cronExpression", "expression": "15 2 * * *"}]}
    return node(name, "scheduleTrigger", 1.2, {"rule": rule})


def form(name: str, path: str, *labels: str) -> Node:
    """Make a form with text fields."""
    fields = {"values": [{"fieldLabel": label} for label in labels]}
    parameters = {"authentication": "basicAuth", "formTitle": name, "formFields": fields, "options": {"path": path}}
    login = {"httpBasicAuth": {"id": "credForm01", "name": "Form"}}
    return node(name, "formTrigger", 2.2, parameters, webhookId=str(uuid5(NAMESPACE_URL, path)), credentials=login)


def clock(name: str = "Clock") -> Node:
    """Make the node that reads the time."""
    value = {"id": "now", "name": "now", "value": "={{ $now.toUTC().toISO() }}", "type": "string"}
    return node(name, "set", 3.4, {"mode": "manual", "assignments": {"assignments": [value]}, "options": {}})


def post(name: str, body: str = "={{ JSON.stringify($json) }}", url: str = API, **more: Any) -> Node:
    """Make an HTTP Request that gives up after 20 s; `more` are settings of the node, beside its parameters."""
    parameters = {
        "method": "POST",
        "url": url,
        "sendBody": True,
        "contentType": "json",
        "specifyBody": "json",
        "jsonBody": body,
        "options": {"timeout": 20000},
    }
    return node(name, "httpRequest", 4.2, parameters, **more)


def child(workflow_id: str, name: str = "Child") -> Node:
    """Make a call of another workflow, once for all items."""
    parameters = {
        "source": "database",
        "workflowId": {"__rl": True, "mode": "id", "value": workflow_id},
        "mode": "once",
        "workflowInputs": {"mappingMode": "defineBelow", "value": {}},
        "options": {"waitForSubWorkflow": True},
    }
    return node(name, "executeWorkflow", 1.2, parameters)


def called(name: str = "Called") -> Node:
    """Make the trigger of a workflow that another one calls."""
    return node(name, "executeWorkflowTrigger", 1.1, {"inputSource": "passthrough"})


def code(script: str = "return $input.all();", name: str = "Code") -> Node:
    """Make a Code node: it runs in a process of its own, on the real clock."""
    return node(name, "code", 2, {"jsCode": script})


def wait(seconds: float, name: str = "Wait") -> Node:
    """Make a pause."""
    parameters = {"resume": "timeInterval", "amount": seconds, "unit": "seconds"}
    return node(name, "wait", 1.1, parameters, webhookId=str(uuid5(NAMESPACE_URL, name)))


def chain(workflow_id: str, *nodes: Node, triggers: int = 1) -> bytes:
    """Make a workflow file: the first `triggers` nodes all lead to the next one, the others follow in a row."""
    starts, row = nodes[:triggers], nodes[triggers:]
    links = [(start, row[0]) for start in starts] + list(pairwise(row))
    connections = {a["name"]: {"main": [[{"node": b["name"], "type": "main", "index": 0}]]} for a, b in links}
    workflow = {
        "id": workflow_id,
        "name": workflow_id,
        "nodes": list(nodes),
        "connections": connections,
        "settings": {"executionOrder": "v1", "timezone": "America/Chicago"},
        "active": False,
    }
    return json.dumps(workflow, indent=2).encode()
