"""A Stripe that keeps state and enforces the published rules of usage-based billing. It imports nothing else of ours.

In process, on a clock of your own::

    mock = StripeMock(clock=clock, switches=Switches(), account=Account(preview=True))
    mock.add_key("poster", "rk_test_fake_poster", ["rak_billing_meter_event_write"])
    mock.create_customer("cus_acme")
    mock.create_meter("ai_tokens", dimensions=["model", "token_type"])
    mock.price_dimensions("cus_acme", "ai_tokens", {("openai/gpt-4o", "input"): "0.0005"}, anchor=anchor)
    response = mock.handle(Request("POST", "api.stripe.com", "/v2/billing/meter_events", headers=…, body=…))

On a port: `serve.serve(mock, port=0)` is a context manager that gives the address; `serve.run_server(port, on_ready)`
blocks until SIGINT or SIGTERM. The served mock runs on real time in a sandbox with the private preview, takes every
key shaped `sk_test_…` or `rk_test_…`, and believes in every customer `cus_…`. Point the SDK at it with
`StripeClient("sk_test_fake", base_addresses={"api": address, "meter_events": address})`.

Answering
    `handle(request) -> Response`     safe from many threads; never raises for what a caller sent
    `hold`                            assign a `Callable[[Request], None]`: called without a lock between the checks of
                                      a meter event and its storing. A twin that comes meanwhile is refused with 409.
                                      If it raises, nothing was stored and the key is free.
    `in_flight(request)`              context manager: the same for a world without threads
    `lag = timedelta(…)`              summaries show what is older than this; what they showed once stays (a prefix)
    `refusal.rate_limited(…)`         gives `.answer("v1" | "v2", request_id)` for a fault

Seeding (no key, no limits, no preview asked)
    `add_key(name, secret, permissions=())` · `create_customer(id=None, *, name=None)` · `delete_customer(id)`
    `create_meter(event_name, *, formula="sum", dimensions=(), customer_key=…, value_key=…, event_time_window=None,
    active=True, livemode=None, id=None)`
    `create_price(event_name=None, unit_amount_decimal=None, *, tiers=(), tiers_mode=None, transform=None, …)`: minor
    units per unit; without an event name it is a licensed price, charged ahead
    `subscribe(customer, prices, *, start=None, anchor=None, grace=None, billing_mode="classic")`
    `price_dimensions(customer, event_name, {(model, token_type): rate}, *, keys=…, start=None, anchor=None,
    grace=None)`: a rate card; minor units per token
    `add_item(subscription_id, price, *, start=None)` · `cancel_event(identifier, event_name)`

Reading (snapshots; time that has passed is settled first)
    `events`     `MeterEvent`s as received: customer, event_name, meter, value, timestamp, identifier, payload, created,
                 generation (`v1`, `v2`, `stream`), idempotency_key, rejected (async code), cancelled (when)
    `calls`      `Logged` exchanges: at, method, path, query, key_name, version, idempotency_key, body, status, answer
    `counted(customer, event_name, start=None, end=None, dimensions=None) -> int`   without lag, whole part
    `invoices`   final `Invoice`s with `lines` (quantity, amount, exact, event_name, conditions, …)
    `reports`    async error reports (`.thin()`, `.full()`) · `notices` alerts that fired (`.rendered()`)
    `meters` · `account` · `switches`

Unsettled points are fields of `Switches`, read only where they matter; `Switches.variants()`, `.pairs()`, `.choices()`
feed a test matrix. Limits are those of the account (`Limits.sandbox()` by default: 25 calls a second of `clock`, or of
`limit_clock`); `Limits.none()` lifts them.

Modelled: `/v1/billing/` meters, event_summaries, meter_events, meter_event_adjustments, alerts, analytics/meter_usage;
`/v2/billing/` meter_events, meter_event_session, meter_event_stream (host `meter-events.stripe.com`),
meter_event_adjustments; `/v2/core/events`; `/v1/` customers, products, prices, subscriptions, invoices with
create_preview, billing/credit_grants, billing_portal/configurations, webhook_endpoints; `/v2/core/` event_destinations
(kept, nothing is sent). Not modelled: payment, tax, discounts, trials, proration of changes. The
private preview's `/v2/billing/` metered_items, rate_cards, service_actions and pricing_plans are kept, and nobody can
subscribe to them over HTTP: `price_dimensions` does. Parameters outside the model are refused, never ignored.
"""

from .account import GA_VERSION, PREVIEW_VERSION, Account, Key, Limits
from .event import MeterEvent
from .exchange import Request, Response
from .invoice import Invoice, Line
from .meter import Meter
from .mock import StripeMock
from .price import Price, Tier, Transform
from .switches import Switches

__all__ = [
    "GA_VERSION",
    "PREVIEW_VERSION",
    "Account",
    "Invoice",
    "Key",
    "Limits",
    "Line",
    "Meter",
    "MeterEvent",
    "Price",
    "Request",
    "Response",
    "StripeMock",
    "Switches",
    "Tier",
    "Transform",
]
