"""Secrets in files: found by their form or their field, never shown, and placeholders left alone."""

from __future__ import annotations

from typing import Any

import pytest

from generator.checking.secrets import secret_in
from generator.mapping.key_forms import FORMS

from .builders import findings, night

RANDOM = "4eC39HqLyjWDarjtT1zdp7dc8Kq2"
SECRETS = [
    ("a Stripe key", "rk_" + "live_" + RANDOM),
    ("a Stripe key", "Bearer sk_" + "test_" + RANDOM),
    ("a Stripe webhook secret", "whsec_" + RANDOM),
    ("a Slack token", "xox" + "b-12345-" + RANDOM),
    ("a Slack token", "xa" + "pp-1-" + RANDOM),
    ("a Slack webhook address", "https://hooks.slack" + ".com/services/T0AB12CD3/B0AB12CD3/" + RANDOM),
    ("an Anthropic key", "sk-" + "ant-api03-" + RANDOM),
    ("a Langfuse key", "sk-" + "lf-" + "9f3a5c7e-1b2d-4068-9f3a-5c7e1b2d4068"),
    ("an OpenRouter key", "sk-" + "or-v1-" + "9f3a5c7e1b2d4068" * 4),
    ("an OpenAI key", "sk-" + "proj-" + RANDOM + RANDOM),
    ("a Google key", "AI" + "za" + RANDOM + "Sy4kPqR"),
    ("a GitHub token", "gh" + "p_" + RANDOM + "a1B2c3D4"),
    ("an AWS key", "AS" + "IA" + RANDOM[:16].upper()),
    ("a SendGrid key", "S" + "G." + RANDOM + "." + RANDOM + "a1B2c3D4"),
    ("a Telegram bot token", "87654321" + ":AA" + RANDOM + "a1B2c3D4"),
    ("a Notion token", "nt" + "n_" + RANDOM + RANDOM),
    ("an Airtable token", "pa" + "t" + RANDOM[:14] + "." + "9f3a5c7e1b2d4068" * 4),
    ("a Vercel gateway key", "vc" + "k_" + RANDOM),
    ("a private key", "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"),
    ("a signed token", "ey" + "J" + RANDOM + ".ey" + "J" + RANDOM + "." + RANDOM),
    ("a password in an address", "postgres://" + "user:" + "s3cr3tpw" + "@db.internal/x"),
]


def test_there_is_a_secret_of_every_form() -> None:
    assert list(dict(SECRETS)) == [form.name for form in FORMS]


BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
KEYS = [
    ("as it is", "{begin}\n" + BODY, True),
    ("in code, line by line", "{begin}\\n' +\n  '" + BODY, True),
    (
        "encrypted, with lines of its own",
        "{begin}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,9F3A\n\n" + BODY,
        True,
    ),
    ("a place for one", "{begin}\n[INSERT YOUR KEY HERE]\n{end}\n" + BODY, False),
]


@pytest.mark.parametrize(("text", "is_one"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_a_private_key_is_told_from_a_place_for_one(text: str, is_one: bool) -> None:
    kind = "RSA " + "PRIVATE KEY-----"
    assert secret_in(text.format(begin="-----BEGIN " + kind, end="-----END " + kind)) == ("a private key" * is_one)


@pytest.mark.parametrize(("name", "secret"), SECRETS)
def test_a_secret_is_found_and_not_shown(name: str, secret: str) -> None:
    made = night()
    made["flow"][1]["mapper"]["url"] = f"https://x.example/?a={secret}"
    found = findings(made)
    assert [finding.rule for finding in found] == ["secret.in-file"]
    assert found[0].message.startswith(name)
    assert secret[-12:] not in str(found[0])


@pytest.mark.parametrize(
    "row", [{"name": "xi-api-key", "value": RANDOM}, {"name": "Authorization", "value": f"Bearer {RANDOM}"}]
)
def test_a_fixed_key_in_a_header_is_told(row: dict[str, Any]) -> None:
    made = night()
    made["flow"][1]["mapper"]["headers"] = [row]
    assert [finding.rule for finding in findings(made)] == ["secret.literal"]


@pytest.mark.parametrize(
    "text",
    [
        "rk_" + "live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-" + "your-key-goes-here-and-is-long-enough",
        "Bearer {{1.day}}",
        "Bearer YOUR_API_KEY_FROM_THE_DASHBOARD",
        "cus_SandboxAcme001",
        "https://user@host.example/path:8080",
        "https://x.example:8443/a@b",
    ],
)
def test_placeholders_and_plain_ids_are_left_alone(text: str) -> None:
    made = night()
    made["flow"][1]["mapper"]["headers"] = [{"name": "X-Note", "value": text}]
    assert findings(made) == []
