"""Which simulated service plays a plan's usage source."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generator.mapping.sources import APP_LOG
from generator.rendering.plan import Plan
from generator.replay.app_log import AppLog, UsageSource
from generator.replay.call_table import CallTable
from generator.replay.google_sheet import GoogleSheet
from generator.replay.langfuse import HOST as LANGFUSE_HOST
from generator.replay.langfuse import Langfuse
from generator.replay.litellm import LiteLlm
from generator.replay.openrouter import OpenRouter
from generator.replay.reports import anthropic_report, openai_report
from generator.replay.usage_file import UsageFile
from generator.replay.usage_table import UsageTable

SERVICES: Mapping[str, Callable[[Plan], UsageSource]] = {
    APP_LOG: lambda plan: AppLog(plan.source_url),
    "openai": openai_report,
    "anthropic": anthropic_report,
    "openrouter": lambda plan: OpenRouter(plan.source_client),
    "langfuse": lambda plan: Langfuse(plan.source_url or f"https://{LANGFUSE_HOST}"),
    "google_sheets": lambda plan: GoogleSheet(plan.source_url),
    "file": lambda plan: UsageFile(plan.source_url),
    "postgres": UsageTable,
    "litellm": LiteLlm,
    "table": lambda _plan: CallTable(),
}
"""Kind of source → its service, still without rows."""


def usage_source(plan: Plan) -> UsageSource:
    """Open the service of a plan's kind of source."""
    return SERVICES[plan.source](plan)
