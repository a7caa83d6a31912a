"""The blocks of a mapping that say what clients pay: markups, price shapes, free tokens, and changes with a date."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.mapping import fields
from generator.mapping.part import Part, Shorthand
from generator.mapping.words import RetainerBilling, Shape, TaxBehavior, TokenType, Unit


class Costs(Part):
    """What the provider charges you, per million tokens, in the mapping's currency."""

    input: fields.Cost | None = None
    """Uncached input tokens."""
    cached_input: fields.Cost | None = None
    """Input tokens read from the provider's cache."""
    cached_write: fields.Cost | None = None
    """Input tokens written to the provider's cache."""
    output: fields.Cost | None = None
    """Output tokens, reasoning included."""

    def of(self, token_type: TokenType) -> fields.Cost | None:
        """Give the cost of one token type, or None where the mapping names none."""
        found: fields.Cost | None = getattr(self, token_type.value)
        return found


class OwnMarkups(Shorthand):
    """A markup, for all token types or by type, that wins over a more general one."""

    default: fields.Markup | None = None
    """For every token type that is not named here."""
    input: fields.Markup | None = None
    """Of uncached input tokens."""
    cached_input: fields.Markup | None = None
    """Of input tokens read from the cache."""
    cached_write: fields.Markup | None = None
    """Of input tokens written to the cache."""
    output: fields.Markup | None = None
    """Of output tokens."""

    def of(self, token_type: TokenType) -> fields.Markup | None:
        """Give the markup of one token type, or None where this block says nothing of it."""
        own: fields.Markup | None = getattr(self, token_type.value)
        return self.default if own is None else own


class Markups(OwnMarkups):
    """The mapping's markup: one number, or one per token type with a `default`."""

    default: fields.Markup
    """For every token type that is not named here."""


class FreeTokens(Shorthand):
    """Tokens per billing month that cost nothing: one number for each price, or by token type."""

    default: fields.Tokens = 0
    """Of every token type that is not named here."""
    input: fields.Tokens | None = None
    """Of uncached input tokens."""
    cached_input: fields.Tokens | None = None
    """Of input tokens read from the cache."""
    cached_write: fields.Tokens | None = None
    """Of input tokens written to the cache."""
    output: fields.Tokens | None = None
    """Of output tokens."""

    def of(self, token_type: TokenType) -> int:
        """Give the free tokens of one token type."""
        own: fields.Tokens | None = getattr(self, token_type.value)
        return self.default if own is None else own


class Tier(Part):
    """One step of a tiered price. Tiers rise; the last one has no end."""

    up_to: fields.UpTo | None = None
    """The month's last token of this step, counted from its first, free ones included; none in the last tier."""
    up_to_spend: fields.Money | None = None
    """Only for weighted, instead of `up_to`: the month's usage at the flat rates, in the client's currency."""
    factor: fields.Factor | None = None
    """The rate of this step is the flat rate × this; 1 unless given."""
    fee: fields.Money | None = None
    """A fixed amount once this step is reached, in the client's currency."""


class RatedTier(Tier):
    """One step of a model's price, which may name its rate."""

    rate: fields.Cost | None = None
    """Instead of `factor`: what a client pays per million tokens of this step, in the mapping's currency."""


class PairPricing(Part):
    """How one model's or token type's price is shaped; each key wins over the same key of a more general block."""

    shape: Shape | None = None
    """flat: every token costs the same; graduated: each tier's tokens cost that tier's rate; volume: all tokens of
    the month cost the rate of the tier that its total reaches. With `tiers` it is graduated unless you say so."""
    tiers: Annotated[tuple[RatedTier, ...], *fields.NotEmpty] | None = None
    """The steps of a graduated or volume price."""
    free_tokens: FreeTokens | None = None
    """Tokens per price and billing month that cost nothing."""
    unit: Unit | None = None
    """per_token: exact; per_thousand: the invoice counts thousands, and the month's total is rounded up to them."""


class ModelPricing(PairPricing):
    """How a model's prices are shaped."""

    types: dict[TokenType, PairPricing] = Field(default_factory=dict)
    """The same for single token types."""


class ClientPricing(Part):
    """How a client's prices are shaped, for all models."""

    shape: Shape | None = None
    """flat, graduated or volume, for all models of this client."""
    tiers: Annotated[tuple[Tier, ...], *fields.NotEmpty] | None = None
    """The steps of a graduated or volume price."""
    free_tokens: FreeTokens | None = None
    """Tokens per price and billing month that cost nothing: the allowance of a retainer."""
    unit: Unit | None = None
    """per_token, or per_thousand rounded up."""
    pool: fields.ModelName | None = None
    """Only for weighted: the model whose tokens `free_tokens` counts; their worth is free, whatever model is used."""
    monthly_credit: fields.Money | None = None
    """Money per billing month that is taken off the usage, in the client's currency; what is left expires."""
    retainer_billing: RetainerBilling | None = None
    """elsewhere: not by this mapping; monthly: `retainer` is a fixed price on the subscription of the tokens;
    yearly: twelve months at once, on a second subscription."""


class Tax(Part):
    """How Stripe Tax treats the prices."""

    behavior: TaxBehavior | None = None
    """exclusive: tax is added to the prices; inclusive: it is inside them. Stripe never changes it afterwards."""
    code: fields.TaxCode | None = None
    """The product's tax code, like txcd_10103001 (software as a service, business use)."""


class Pricing(ClientPricing):
    """What holds for every price unless a model or a client says otherwise."""

    tax: Tax = Field(default_factory=Tax)
    """Tax behaviour and code."""


class Exchange(Part):
    """An exchange rate that you fix."""

    rate: fields.Rate
    """What one unit of the mapping's currency is in this currency."""
    as_of: fields.Day
    """The day on which you looked it up."""


class Change(Part):
    """New terms from a day on: for a client they begin with its first billing period that starts then or later."""

    since: fields.Day
    """The first local day of the new terms."""
    markup: OwnMarkups | None = None
    """The new markup, whole."""


class MappingChange(Change):
    """A change for all."""

    exchange: dict[fields.Currency, Exchange] | None = None
    """New exchange rates; others stay."""
    pricing: Pricing | None = None
    """New shapes; keys that are not named stay."""


class ModelChange(Change):
    """A change of one model."""

    cost: Costs | None = None
    """New provider prices, which hold for your own cost from that very day; types that are not named stay."""
    pricing: ModelPricing | None = None
    """New shapes; keys that are not named stay."""


class ClientChange(Change):
    """A change for one client."""

    retainer: fields.Money | None = None
    """The new flat monthly fee."""
    pricing: ClientPricing | None = None
    """New shapes; keys that are not named stay."""
