"""The way into one side of a Stripe account: which key, which side, how patiently."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests
import stripe
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from generator.errors import WrongUsage
from generator.mapping.words import Account

RETRIES = 2
"""Repeats of a call after a 409, a 5xx or a broken connection; the SDK keeps the idempotency key."""
WAITS = Retry(
    total=6,
    connect=0,
    read=0,
    other=0,
    status_forcelist=(429,),
    allowed_methods=None,
    backoff_factor=0.5,
    backoff_jitter=0.5,
    raise_on_status=False,
)
"""Six more tries of a call that Stripe refused with 429, which the SDK never repeats by itself: 32 s at the most."""
KEY = re.compile(r"(?:sk|rk)_(test|live)_\w+")


@dataclass(frozen=True, slots=True)
class Connection:
    """A client of the official SDK and the side of the account that its key opens."""

    client: stripe.StripeClient
    side: Account

    @property
    def livemode(self) -> bool:
        """Tell what `livemode` every object of this side has."""
        return self.side is Account.LIVE


def connect(secret: str, wanted: Account, api_base: str | None = None) -> Connection:
    """Open the side of the account that the mapping names; a key of the other side is refused before any call."""
    side = side_of(secret)
    if side is not wanted:
        raise WrongUsage(
            f"the mapping says `stripe: {wanted.value}`, but the key is one of the {side.value} account: "
            f"use a key that begins with rk_{_infix(wanted)}_ or sk_{_infix(wanted)}_"
        )
    client = stripe.StripeClient(
        secret,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(session=_session()),
        base_addresses={"api": api_base, "meter_events": api_base} if api_base else {},
    )
    return Connection(client, side)


def side_of(secret: str) -> Account:
    """Read from a key's beginning which side of the account it opens."""
    shape = KEY.fullmatch(secret)
    if shape is None:
        raise WrongUsage("this is no Stripe API key: a key begins with rk_test_, sk_test_, rk_live_ or sk_live_")
    return Account.LIVE if shape[1] == "live" else Account.SANDBOX


def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=WAITS))
    return session


def _infix(side: Account) -> str:
    return "live" if side is Account.LIVE else "test"
