"""`/v2/billing/pricing_plans` and `/v2/billing/service_actions` (private preview): what a client subscribes to."""

from __future__ import annotations

from typing import Any

from .books import Books
from .call import Call
from .metered_items import keyed, require_free_key
from .pages_v2 import page_v2
from .rate_cards import KIND as CARD
from .refusal import Refusal
from .thing import Thing, change, found, keep

PLAN, COMPONENT = "v2.billing.pricing_plan", "v2.billing.pricing_plan_component"
ACTION = "v2.billing.service_action"


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a plan; it is of no use before a version of it goes live."""
    require_free_key(books, call, PLAN)
    extra: dict[str, Any] = {"active": True, "description": None, "live_version": None, "lookup_key": None}
    return _shown(keep(books, call, PLAN, "bpp", **extra, metadata={}, latest=books.new_id("bppv")))


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List plans, newest first."""
    if "active" in call.params and "lookup_keys" in call.params:
        raise Refusal(400, "active: cannot be used with lookup_keys", "invalid_fields", kept=False)
    return page_v2([_shown(thing) for thing in keyed(books, call, PLAN)], call)


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one plan."""
    return _shown(found(books, PLAN, call.ids[0]))


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change a plan; `live_version: latest` lets its newest version go live."""
    plan, given = found(books, PLAN, call.ids[0]), dict(call.params)
    wanted = given.get("live_version")
    if wanted == "latest":
        given["live_version"] = plan.fields["latest"]
    elif wanted is not None and wanted != plan.fields["latest"]:
        raise Refusal(400, f"live_version: {wanted} is no version of this plan", "invalid_fields", kept=False)
    return _shown(change(books, call, plan, **given))


def create_component(books: Books, call: Call) -> dict[str, Any]:
    """Add a component to the plan's latest version; what it names exists."""
    plan, kind = found(books, PLAN, call.ids[0]), call.params["type"]
    part = call.params.get(kind)
    if part is None:
        raise Refusal(400, f"{kind}: is required for this type", "invalid_fields", kept=False)
    found(books, CARD if kind == "rate_card" else ACTION, part["id"], f"{kind}.id")
    extra: dict[str, Any] = {"lookup_key": None, "license_fee": None, "rate_card": None, "service_action": None}
    owner = {"pricing_plan": plan.id, "pricing_plan_version": plan.fields["latest"]}
    return keep(books, call, COMPONENT, "bppc", **extra, **owner, metadata={}).rendered("v2")


def list_components(books: Books, call: Call) -> dict[str, Any]:
    """List a plan's components, newest first."""
    plan = found(books, PLAN, call.ids[0])
    rows = [thing for thing in keyed(books, call, COMPONENT) if thing.fields["pricing_plan"] == plan.id]
    return page_v2([thing.rendered("v2") for thing in rows], call)


def create_action(books: Books, call: Call) -> dict[str, Any]:
    """Create a monthly credit: money or a custom unit, that ends with its period."""
    params = call.params
    grant = params.get("credit_grant")
    if params["type"] != "credit_grant" or grant is None:
        raise Refusal(400, "credit_grant: is required for this type", "invalid_fields", kept=False)
    scope = grant["applicability_config"]["scope"]
    if ("price_type" in scope) == ("billable_items" in scope):
        words = "credit_grant.applicability_config.scope: give either price_type or billable_items"
        raise Refusal(400, words, "invalid_fields", kept=False)
    require_free_key(books, call, ACTION)
    return keep(books, call, ACTION, "bsa", lookup_key=None, credit_grant_per_tenant=None).rendered("v2")


def retrieve_action(books: Books, call: Call) -> dict[str, Any]:
    """Answer one service action; there is no list of them."""
    return found(books, ACTION, call.ids[0]).rendered("v2")


def _shown(plan: Thing) -> dict[str, Any]:
    return {key: value for key, value in plan.rendered("v2").items() if key != "latest"}
