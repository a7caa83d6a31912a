"""The signature code of both platforms says what Stripe's own SDK says, on a thousand bodies and manipulations."""

from __future__ import annotations

import hmac
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
import stripe

from generator import resources
from generator.commands.read import read_plan
from generator.iml.evaluate import compile_text
from generator.iml.scope import Scope, Surroundings
from generator.rendering.make import expressions
from generator.replay.make import Switches
from generator.replay.n8n.node import bundled_node

NOW = 1_793_700_000
SECRET, BEFORE, STRANGER = "whsec_fake_new_1", "whsec_fake_old_1", "whsec_fake_other"
READ = {"t": "stamp", "raw": "raw", "parts": "parts"}
SIGNS = 'ab{}[]":,\\/ \n\tçéß漢字🚀\u202e\u2028=;'


def signed(secret: str, t: int, body: str) -> str:
    return hmac.new(secret.encode(), f"{t}.{body}".encode(), sha256).hexdigest()


def drawn(seed: int) -> tuple[str, str]:
    """Draw a body and a header: sound ones, and all that goes wrong with them."""
    random = Random(seed)
    body = "".join(random.choices(SIGNS, k=random.randint(0, 60)))
    t = NOW - random.choice((0, 5, 299, 300, 301, 4000, -30))
    good = signed(random.choice((SECRET, BEFORE)), t, body)
    bad = signed(STRANGER, t, body)
    header = random.choice((
        *[f"t={t},v1={good}"] * 4, f"v1={good},t={t}", f"t={t},v1={bad},v1={good}", f"t={t},v1={bad}",
        f"t={t},v0={good}", f"t={t},v1={good.upper()}", f"t={t},v1={good[:-1]}", f"t={t},v1= {good}",
        f"t={t}, v1={good}", f"t={t},v1={good}=x", f"t={t + 1},v1={good}", f"v1={good}", "t=,v1=", "",
        f"t={t},v1={good},v0=abc", f"t=x,v1={good}", f"t={t},t={t + 9},v1={good}", f"x=1,t={t},v1={good}",
    ))  # fmt: skip
    if random.random() < 0.2:
        body += random.choice(" \n}a")
    return body, header


def as_stripe_says(body: str, header: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr("time.time", lambda: NOW)

    def takes(secret: str) -> bool:
        try:
            return bool(stripe.WebhookSignature.verify_header(body, header, secret, 300))
        except stripe.SignatureVerificationError:
            return False

    return takes(SECRET) or takes(BEFORE)


def test_n8n_takes_what_stripes_own_sdk_takes(js: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    for seed in range(1000):
        body, header = drawn(seed)
        read = js("readSignature", header, body)
        mine = [hmac.new(secret.encode(), read["signed"].encode(), sha256).hexdigest() for secret in (SECRET, BEFORE)]
        says = as_stripe_says(body, header, monkeypatch)
        assert js("isSigned", read, mine, NOW * 1000) == says, (seed, header)
        taken += says
    assert 200 < taken < 800


@pytest.mark.parametrize("workflow", ["stripe-events", "meter-errors"])
def test_a_webhook_answers_200_to_what_stripes_own_sdk_takes(workflow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The nodes before the answer hold no Code node, for its time: their expressions say the same once more.
    template = json.loads((resources.templates() / "n8n" / f"{workflow}.json").read_text(encoding="utf-8"))
    drawings = [drawn(seed) for seed in range(1000)]
    requests = [(body, header or None) for body, header in drawings]
    asked = {"template": template, "secrets": [SECRET, BEFORE], "now": NOW, "requests": requests}
    command = [str(bundled_node().program), str(Path(__file__).with_name("webhook_path.js"))]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8", check=True
    )
    says = [as_stripe_says(body, header, monkeypatch) for body, header in drawings]
    assert json.loads(done.stdout) == says
    assert 200 < sum(says) < 800


def test_make_takes_what_stripes_own_sdk_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    iml: Any = expressions(resources.templates() / "make" / "iml", plan, ("signature",))
    around = Surroundings(lambda: datetime.fromtimestamp(NOW, UTC), Random(1), "UTC", "x", Switches().rules())
    read = {name: compile_text(f"{{{{{getattr(iml, macro)('1')}}}}}") for name, macro in READ.items()}
    verdict = compile_text(f"{{{{{iml.verdict('2', '3')}}}}}")
    for seed in range(1000):
        body, header = drawn(seed)
        headers = [{"name": "host", "value": "x"}, *([{"name": "stripe-signature", "value": header}] if header else [])]
        scope = Scope({"1": {"value": body, "__IMTHEADERS__": headers}}, around)
        got = {name: expression(scope) for name, expression in read.items()}
        text = f"{got['t']}.{got['raw']}"
        mine, before = (hmac.new(key.encode(), text.encode(), sha256).hexdigest() for key in (SECRET, BEFORE))
        keys = {"mine": mine, "before": before}
        says = verdict(Scope({"2": got, "3": keys}, around)) == "signed"
        assert says == as_stripe_says(body, header, monkeypatch), (seed, header)
