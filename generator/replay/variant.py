"""The mapping that a case asks for: the given one, with the case's few changes."""

from __future__ import annotations

from dataclasses import replace

from generator.rendering.plan import Plan
from generator.replay.case import Case


def variant(plan: Plan, case: Case, engine: str) -> Plan:
    """Change what the case changes: lookback, window size, page size, outside names of clients.

    n8n's own Stripe node has the plain path only, whatever the lookback.
    """
    windows = replace(
        plan.windows,
        lookback=1 if engine == "n8n-native" else case.lookback or plan.windows.lookback,
        size=case.window or plan.windows.size,
    )
    clients = tuple(replace(c, names=(*c.names, case.names[c.key])) if c.key in case.names else c for c in plan.clients)
    return replace(plan, windows=windows, clients=clients, per_page=case.per_page or plan.per_page)


def fits(plan: Plan, case: Case) -> bool:
    """Whether a case speaks of clients and models that the mapping has, in a billing mode that it runs in."""
    clients = {name for c in plan.clients for name in c.names}
    named = {key for step in case.runs for row in step.usage if (key := row.client)} | set(case.names)
    needed = {name.split("/")[0] for name in case.expect.counted} | (named & _KNOWN)
    return plan.billing.value in case.modes and needed <= clients


_KNOWN = frozenset({"acme", "globex", "initech", "umbrella"})
"""The example's clients: a case that names another one means a stranger on purpose."""
