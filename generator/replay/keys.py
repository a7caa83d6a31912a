"""The plainly fake secrets of a replay: one per job, so that a wrong one shows."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from generator.mapping.sources import kinds, source_facts
from generator.rendering.plan import Plan

LOG_KEY = "fake-app-log-key-0001"
SLACK_TOKEN = "xoxb-fake-slack-token-0001"


def usage_header(host: str) -> tuple[str, str]:
    """Give the header by which a usage source of this host knows its caller, as its folder says it."""
    named = next((facts for facts in map(source_facts, kinds()) if host and facts.host == host), None)
    if named is None or not named.header:
        return "Authorization", f"Bearer {LOG_KEY}"
    scheme, _, key = named.value.rpartition(" ")
    scheme = scheme.split(" ", 1)[0]
    return named.header, f"{scheme} {LOG_KEY}".strip() if key else LOG_KEY


@dataclass(frozen=True, slots=True)
class Keys:
    """What the platform's credentials hold."""

    post: str
    read: str
    events: str
    """Reads core events."""
    slack: str = SLACK_TOKEN
    log: str = LOG_KEY
    sign_events: str = "whsec_fake_events_0002"
    sign_events_before: str = "whsec_fake_events_0001"
    sign_errors: str = "whsec_fake_errors_0002"
    sign_errors_before: str = "whsec_fake_errors_0001"
    log_call: str = "fake-log-call-key-0001"
    """What the user's own app shows to `log-call`."""
    ask_cap: str = "fake-ask-cap-key-0001"
    """What it shows to `usage-cap`."""
    call_gateway: str = "fake-call-gateway-key-0001"
    """What it shows to `gateway-call`."""
    start_shard: str = "fake-start-shard-key-0001"
    """What the user's own schedule shows to `meter-usage-shard`."""
    gateway: str = "vck_fakeGatewayKey0001"
    by_gateway: str = ""
    """The restricted key with which the gateway posts meter events."""

    def signing(self, workflow: str) -> tuple[str, str]:
        """Give the signing secret of a workflow's webhook, and the one before it."""
        if workflow == "meter-errors":
            return self.sign_errors, self.sign_errors_before
        return self.sign_events, self.sign_events_before

    def calling(self, workflow: str) -> str:
        """Give the key that a caller of a workflow's own webhook has to show."""
        return {"log-call": self.log_call, "usage-cap": self.ask_cap, "gateway-call": self.call_gateway}.get(
            workflow, ""
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """List everything that must not be seen anywhere else."""
        return astuple(self)


def keys_of(plan: Plan) -> Keys:
    """Make keys for the side of the account that a plan bills on."""
    side = "live" if plan.livemode else "test"
    return Keys(
        post=f"rk_{side}_fakePostMeterEvents0001",
        read=f"rk_{side}_fakeReadMeters000000001",
        events=f"rk_{side}_fakeReadEvents000000001",
        by_gateway=f"rk_{side}_fakeGatewayMeters0001",
    )
