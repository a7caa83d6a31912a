"""A mapping is refused for what begins like any of the known keys. All that stand here are plainly fake."""

import pytest

from generator.mapping.key_forms import FORMS
from generator.mapping.secrets import find_secrets

FAKES = {
    "a Stripe key": "rk_test_fakefake",
    "a Stripe webhook secret": "whsec_fakefake",
    "a Slack token": "xapp-fake-fake",
    "a Slack webhook address": "https://hooks.slack.com/triggers/FAKE/fake",
    "an Anthropic key": "sk-ant-" + "fake" * 4,
    "a Langfuse key": "sk-lf-" + "fake" * 4,
    "an OpenRouter key": "sk-or-" + "fake" * 4,
    "an OpenAI key": "sk-" + "fake" * 5,
    "a Google key": "AIza" + "Fake" * 5,
    "a GitHub token": "ghp_" + "fake" * 5,
    "an AWS key": "ASIA" + "FAKE0" * 3,
    "a SendGrid key": "SG." + "fake" * 4 + "." + "fake" * 4,
    "a Telegram bot token": "12345678:AA" + "fake" * 5,
    "a Notion token": "ntn_" + "fake" * 5,
    "an Airtable token": "pat" + "fake" * 3 + "00." + "fa4e" * 4,
    "a Vercel gateway key": "vck_fakefake",
    "a private key": "-----BEGIN FAKE PRIVATE KEY-----",
    "a signed token": "eyJfakefake.fake.fake",
    "a password in an address": "postgres://user:fake@db.example",
}


def test_there_is_a_fake_of_every_form():
    assert list(FAKES) == [form.name for form in FORMS]


@pytest.mark.parametrize(("name", "fake"), FAKES.items(), ids=FAKES)
def test_what_begins_like_a_key_is_found(name: str, fake: str):
    assert [secret.kind for secret in find_secrets(f"name: Acme\nnote: {fake} # roll it", "agency.yml")] == [name]
