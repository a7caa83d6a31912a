"""What Stripe refuses, in one sentence: never with a key in it, always with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from generator.errors import OutsideWorld

_SECRET = re.compile(r"'?(?:sk|rk|pk|whsec)_(?:test_|live_)?[\w*]+'?")


@contextmanager
def speaking(doing: str) -> Iterator[None]:
    """Turn the SDK's exceptions into ours; `doing` says what was asked (`create the price …`)."""
    try:
        yield
    except stripe.AuthenticationError as error:
        raise OutsideWorld(f"Stripe does not know the key ({words(error)}); check STRIPE_API_KEY") from None
    except stripe.PermissionError as error:
        raise OutsideWorld(f"cannot {doing}: {words(error)}; docs/stripe.md lists the permissions per job") from None
    except stripe.RateLimitError as error:
        raise OutsideWorld(f"cannot {doing}: {words(error)}; run it again in a minute, it goes on from here") from None
    except stripe.APIConnectionError:
        raise OutsideWorld(f"cannot {doing}: no answer from Stripe; run it again, it goes on from here") from None
    except stripe.StripeError as error:
        raise OutsideWorld(f"cannot {doing}: Stripe answered {error.http_status}: {words(error)}") from None


def words(error: stripe.StripeError) -> str:
    """Give Stripe's own words without a trace of a key."""
    return _SECRET.sub("<key>", error.user_message or "no reason given").rstrip(".")
