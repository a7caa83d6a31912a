"""Forms of keys, tokens and private addresses, as those who issue them publish them.

Nothing in a mapping looks like one, so what begins like one is refused there. A workflow holds code and texts of
others: there only a whole one counts.
"""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """One form: regular expressions without groups for what begins like a key, and for a whole one."""

    name: str
    begun: str
    whole: str
    signs: tuple[str, ...]
    """One of them is in every whole key: a quick look spares the pattern."""


FORMS = (
    Form(
        "a Stripe key",
        r"(?<![A-Za-z0-9])[srp]k_(?:live|test)_\w{4,}",
        r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
        ("k_live_", "k_test_"),
    ),
    Form("a Stripe webhook secret", r"whsec_\w{4,}", r"whsec_[A-Za-z0-9+/=]{24,}", ("whsec_",)),
    Form("a Slack token", r"(?:xox[a-z]|xapp)-[\w-]{4,}", r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{20,}", ("xox", "xapp-")),
    Form(
        "a Slack webhook address",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/\S+",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/T[A-Z0-9]{6,}/[A-Za-z0-9/]{12,}",
        ("hooks.slack.com",),
    ),
    Form("an Anthropic key", r"\bsk-ant-[\w-]{12,}", r"sk-ant-[A-Za-z0-9_-]{24,}", ("sk-ant-",)),
    Form("a Langfuse key", r"\bsk-lf-[\w-]{12,}", r"sk-lf-[0-9a-f-]{30,}", ("sk-lf-",)),
    Form("an OpenRouter key", r"\bsk-or-[\w-]{12,}", r"sk-or-v\d-[0-9a-f]{32,}", ("sk-or-",)),
    Form(
        "an OpenAI key",
        r"\bsk-[\w-]{16,}",
        r"sk-(?:proj-|svcacct-)?(?!ant-|lf-|or-)[A-Za-z0-9][A-Za-z0-9_-]{30,}",
        ("sk-",),
    ),
    Form("a Google key", r"\bAIza[\w-]{20,}", r"AIza[A-Za-z0-9_-]{35}", ("AIza",)),
    Form(
        "a GitHub token",
        r"\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}",
        r"(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})",
        ("gh", "github_pat_"),
    ),
    Form(
        "an AWS key",
        r"\bAKIA[A-Z0-9]{12,}|\b(?-i:ASIA(?=[A-Z]*[0-9])[A-Z0-9]{12,})",
        r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
        ("AKIA", "ASIA"),
    ),
    Form(
        "a SendGrid key",
        r"\b(?-i:SG)\.[\w-]{16,}\.[\w-]{16,}",
        r"SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{30,}",
        ("SG.",),
    ),
    Form("a Telegram bot token", r"\b\d{8,10}:AA[\w-]{20,}", r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{32,}", (":AA",)),
    Form(
        "a Notion token",
        r"\b(?:secret|ntn)_[A-Za-z0-9]{20,}",
        r"(?:secret|ntn)_[A-Za-z0-9]{40,}",
        ("secret_", "ntn_"),
    ),
    Form("an Airtable token", r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{16,}", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", ("pat",)),
    Form("a Vercel gateway key", r"\bvck_\w{8,}", r"vck_[A-Za-z0-9]{24,}", ("vck_",)),
    Form(
        "a private key",
        r"-----BEGIN\s[A-Z ]*PRIVATE\sKEY",
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,200}?[A-Za-z0-9+/=]{40,}",
        ("PRIVATE KEY",),
    ),
    Form(
        "a signed token",
        r"\beyJ[\w-]{8,}\.[\w-]{4,}[\w.-]*",
        r"eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}",
        ("eyJ",),
    ),
    Form(
        "a password in an address",
        r"""://[^\s/@"']+:[^\s/@"']+@""",
        r"[a-z][a-z0-9+.-]{2,12}://[^\s:@/{}]{2,}:(?!\{)[^\s:@/{}]{6,}@[A-Za-z0-9]",
        ("://",),
    ),
)
