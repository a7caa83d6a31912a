"""Plan → what the workflows of both platforms know of the services they ask: Stripe's versions, the usage source."""

from __future__ import annotations

from generator.mapping.sources import APP_LOG, source_facts
from generator.rendering.plan import Plan

API_VERSION = "2026-10-28.endive"
"""The Stripe version whose answers the workflows read (Stripe Python SDK 16.1.0)."""
PREVIEW_VERSION = "2026-10-14.preview"
"""The private preview that knows dimensions, rate cards and pricing plans (Stripe Python SDK 16.1.0a4)."""


def stripe_data() -> dict[str, str]:
    """Name the versions of Stripe's API that a run asks for."""
    return {"version": API_VERSION, "preview_version": PREVIEW_VERSION}


def source_data(plan: Plan) -> dict[str, object]:
    """Give what a run knows of the usage source: of several its name; the app log's own need no word for their kind."""
    name = {"name": plan.run} if plan.run else {}
    if plan.source == APP_LOG:
        return {"url": plan.source_url, "per_page": plan.per_page, **name}
    named: dict[str, object] = {"kind": plan.source, "url": plan.source_url, "client": plan.source_client}
    named["per_page"] = plan.per_page if "per_page" in source_facts(plan.source).takes else None
    return {key: value for key, value in named.items() if value} | {"ready_s": plan.source_ready_s, **name}
