"""Secrets in files: found by their form or their field, never shown, and placeholders left alone."""

from __future__ import annotations

from typing import Any

import pytest

from .builders import findings, night

RANDOM = "4eC39HqLyjWDarjtT1zdp7dc8Kq2"
SECRETS = [
    "rk_" + "live_" + RANDOM,
    "Bearer sk_" + "test_" + RANDOM,
    "whsec_" + RANDOM,
    "xox" + "b-12345-" + RANDOM,
    "https://hooks.slack" + ".com/services/T0AB12CD3/B0AB12CD3/" + RANDOM,
    "sk-" + "proj-" + RANDOM + RANDOM,
    "sk-" + "ant-api03-" + RANDOM,
    "AI" + "za" + RANDOM + "Sy4kPqR",
    "gh" + "p_" + RANDOM + "a1B2c3D4",
    "postgres://" + "user:" + "s3cr3tpw" + "@db.internal/x",
    "-----BEGIN " + "PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_found_and_not_shown(secret: str) -> None:
    made = night()
    made["flow"][1]["mapper"]["url"] = f"https://x.example/?a={secret}"
    found = findings(made)
    assert [finding.rule for finding in found] == ["secret.in-file"]
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
