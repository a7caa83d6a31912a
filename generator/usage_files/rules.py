"""What `margin` and `init` may find in usage files; docs/rules.md lists it."""

from __future__ import annotations

from generator.mapping.findings import Level
from generator.mapping.rules import Rule

BAD_ROW = Rule(
    "usage.bad-row",
    Level.ERROR,
    "a row cannot be counted, so its tokens are missing in every figure",
    "mend the row, or take it out of the file",
)
CUT = Rule(
    "usage.cut-report",
    Level.WARNING,
    "a saved page of a provider's report says that more pages follow",
    "save all pages and name them all with `--usage`",
)
REMARK = Rule(
    "usage.reading",
    Level.WARNING,
    "a kind of file leaves something open that changes the figures",
    "compare with the provider's own cost once",
)
COST_GAP = Rule(
    "margin.cost-gap",
    Level.WARNING,
    "the source's own cost and the cost by list price differ by more than 2 %",
    "usual causes: long prompts, batches, fast tiers, longer cache writes, audio, images, searches, discounts",
)
UNKNOWN_MODEL = Rule(
    "margin.unknown-model",
    Level.ERROR,
    "a model of the usage has no price, so its cost is missing in every figure",
    "say which model it is with `--model-alias NAME=MODEL`, or give it prices in a mapping",
)
DATED_MODEL = Rule(
    "margin.dated-model",
    Level.WARNING,
    "the catalogue does not list a dated version of a model, so it is priced as the model",
    "if its prices differ, write them into a mapping under `cost:`",
)
UNMATCHED_CLIENT = Rule(
    "margin.unmatched-client",
    Level.WARNING,
    "a client of the usage is not in the mapping: nothing is charged for its tokens",
    "add it to the mapping, or as an alias of a client",
)
UNMAPPED_MODEL = Rule(
    "margin.unmapped-model",
    Level.WARNING,
    "a model has a price but is not in the mapping: its tokens cost and are never metered",
    "add it to the mapping, or as an alias of a model",
)
LONG_PROMPTS = Rule(
    "margin.long-prompts",
    Level.WARNING,
    "prompts above a model's threshold cost more per token than the figures say",
    "compare with the provider's own cost",
)
PRICE_CHANGED = Rule(
    "margin.price-changed",
    Level.WARNING,
    "usage lies after a day on which the catalogue announces other prices",
    "renew the catalogue, or write the prices into a mapping under `cost:`",
)
UNDATED = Rule(
    "margin.undated",
    Level.WARNING,
    "rows without a time are left out where days are asked for",
    "use a file whose rows have a time, or leave `--from`, `--to` and `--days` away",
)
NOT_BILLED = Rule(
    "statement.not-billed",
    Level.WARNING,
    "a client used tokens that have no price, so they stand on no invoice",
    "give the model an alias or a price in the mapping, or say with `--model-alias` what it is",
)
DIFFERS = Rule(
    "statement.differs",
    Level.ERROR,
    "a line of a saved Stripe invoice is not what the usage gives",
    "look at the days of that line; usage after the period's grace is counted, but not billed",
)
SHRUNK = Rule(
    "statement.archive-has-more",
    Level.WARNING,
    "a usage file has fewer tokens of a day than the archive kept, as when a source forgets old rows",
    "if the file is right, take the day's lines out of the archive and run again",
)
