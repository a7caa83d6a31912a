"""Which of a mapping's blocks speaks for one price: the client's, the token type's, the model's, then the mapping's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from generator.mapping.model import Client, Mapping
from generator.mapping.terms import ClientPricing, FreeTokens, PairPricing, RatedTier, Tier
from generator.mapping.words import RetainerBilling, Shape, TokenType, Unit
from generator.pricing.amounts import PRECISION, minor_units, whole

Block = ClientPricing | PairPricing


@dataclass(frozen=True, slots=True)
class Terms:
    """How one price is shaped; `tiers` is empty where it is flat. Amounts are as the mapping writes them."""

    shape: Shape
    tiers: tuple[Tier, ...]
    free: FreeTokens
    unit: Unit


def pair_terms(mapping: Mapping, model: str, token_type: TokenType, client: Client | None = None) -> Terms:
    """Give the terms of one pair for a client, or for all who have none of their own."""
    own = mapping.models[model].pricing
    blocks: list[Block | None] = [client.pricing if client else None]
    blocks += [own.types.get(token_type), own] if own else []
    return _terms([block for block in (*blocks, mapping.pricing) if block])


def client_terms(mapping: Mapping, client: Client | None = None) -> Terms:
    """Give the terms of a client's one price in `weighted`, where models have no price of their own."""
    blocks: list[Block | None] = [client.pricing if client else None, mapping.pricing]
    return _terms([block for block in blocks if block])


def markup_of(mapping: Mapping, model: str, token_type: TokenType, client: Client | None = None) -> Decimal:
    """Give the markup of one pair: of the client, else of the model, else of the mapping."""
    for own in (client.markup if client else None, mapping.models[model].markup, mapping.markup):
        if own and (found := own.of(token_type)) is not None:
            return found
    return mapping.markup.default


def monthly_credit(mapping: Mapping, client: Client) -> Decimal:
    """Give the money that is taken off a client's usage every month."""
    own = client.pricing.monthly_credit if client.pricing else None
    return own if own is not None else mapping.pricing.monthly_credit or Decimal(0)


def retainer_billing(mapping: Mapping, client: Client) -> RetainerBilling:
    """Say who bills a client's retainer."""
    own = client.pricing.retainer_billing if client.pricing else None
    return own or mapping.pricing.retainer_billing or RetainerBilling.ELSEWHERE


def pool_model(mapping: Mapping, client: Client | None) -> str | None:
    """Name the model whose tokens a pool of free tokens counts."""
    return (client.pricing.pool if client and client.pricing else None) or mapping.pricing.pool


def currency_of(mapping: Mapping, client: Client | None) -> str:
    """Give the currency of a client's invoices."""
    return (client.currency if client else None) or mapping.currency


def exchange_rate(mapping: Mapping, currency: str) -> Decimal:
    """Say what one unit of the mapping's currency is in another; 1 where the mapping fixes none (a finding says so)."""
    return mapping.exchange[currency].rate if currency in mapping.exchange else Decimal(1)


def retainer_at_home(mapping: Mapping, client: Client) -> Decimal | None:
    """Give a client's retainer in the mapping's currency, in whole minor units where it had to be converted."""
    currency = currency_of(mapping, client)
    if client.retainer is None or currency == mapping.currency:
        return client.retainer
    minor = minor_units(mapping.currency)
    with localcontext(prec=PRECISION):
        return Decimal(whole(client.retainer / exchange_rate(mapping, currency) * minor)) / minor


def _terms(blocks: Sequence[Block]) -> Terms:
    shape = _shape(blocks)
    tiers: tuple[Tier, ...] = next((block.tiers for block in blocks if block.tiers), ())
    free = next((block.free_tokens for block in blocks if block.free_tokens is not None), FreeTokens())
    unit = next((block.unit for block in blocks if block.unit), Unit.PER_TOKEN)
    return Terms(shape if tiers else Shape.FLAT, () if shape is Shape.FLAT else tiers, free, unit)


def _shape(blocks: Sequence[Block]) -> Shape:
    """The most special block that names a shape or tiers decides; tiers alone mean graduated, or a general volume."""
    for number, block in enumerate(blocks):
        if block.shape:
            return block.shape
        if block.tiers:
            more_general = [other.shape for other in blocks[number:] if other.shape]
            return Shape.VOLUME if more_general[:1] == [Shape.VOLUME] else Shape.GRADUATED
    return Shape.FLAT


def tier_rate(tier: Tier, flat: Decimal, per_million: Decimal) -> Decimal:
    """Give a tier's exact rate: its `rate` × what one unit per million is per token, or the flat rate × `factor`."""
    if isinstance(tier, RatedTier) and tier.rate is not None:
        return tier.rate * per_million
    return flat if tier.factor is None else flat * tier.factor
