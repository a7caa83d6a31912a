"""A stateful, strict Stripe mock."""

from .account import GA_VERSION, PREVIEW_VERSION, Account, Key, Limits
from .exchange import Request, Response
from .mock import StripeMock
from .switches import Switches

__all__ = ["GA_VERSION", "PREVIEW_VERSION", "Account", "Key", "Limits", "Request", "Response", "StripeMock", "Switches"]
