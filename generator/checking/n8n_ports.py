"""How many main inputs and outputs a node has, where that can be known without running n8n's own code."""

from __future__ import annotations

from generator.checking.document import Json, as_dict
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.workflow import Node

_WEBHOOK_METHODS = ["GET", "POST"]
"""What n8n presets for a webhook of several methods (`Webhook.node`, both lines)."""


def outputs(node: Node, catalogue: Catalogue) -> int | None:
    """Count main outputs, the one for errors included; None where it is unknown."""
    description = catalogue.get(node.type, node.version)
    if description is None:
        return None
    count = _main(description.get("outputs"))
    if count is None:
        count = _computed_outputs(node)
    return None if count is None else count + (node.raw.get("onError") == "continueErrorOutput")


def inputs(node: Node, catalogue: Catalogue) -> int | None:
    """Count main inputs; None where it is unknown."""
    description = catalogue.get(node.type, node.version)
    if description is None:
        return None
    count = _main(description.get("inputs"))
    if count is None and node.is_base("merge"):
        return _number(node.parameters.get("numberInputs", 2))
    return count


def _main(value: Json) -> int | None:
    """Count the `main` entries of a written-out list; None when n8n works them out with code."""
    if not isinstance(value, list):
        return None
    return sum(item == "main" or as_dict(item).get("type") == "main" for item in value)


def _computed_outputs(node: Node) -> int | None:
    """Count outputs as the code in n8n's descriptions does, for the nodes whose code we know."""
    parameters = node.parameters
    if node.is_base("webhook"):
        several = parameters.get("multipleMethods") is True
        method = parameters.get("httpMethod", _WEBHOOK_METHODS if several else "GET")
        return len(method) if isinstance(method, list) else 1
    if node.is_base("respondToWebhook"):
        answers = node.version == 1.3 or (node.version >= 1.4 and parameters.get("enableResponseOutput") is True)
        return 2 if answers else 1
    if node.is_base("switch"):
        return _switch(node)
    return None


def _switch(node: Node) -> int | None:
    parameters = node.parameters
    new = node.version >= 3
    if parameters.get("mode") == "expression":
        return _number(parameters.get("numberOutputs" if new else "outputsAmount", 4))
    rules = as_dict(parameters.get("rules")).get("values" if new else "rules")
    if not isinstance(rules, list):
        return None
    extra = new and as_dict(parameters.get("options")).get("fallbackOutput") == "extra"
    return len(rules) + extra


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
