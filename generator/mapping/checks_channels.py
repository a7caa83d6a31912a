"""Slack channels: no client reads about another client, or what belongs to the owner."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import Audience

SHARED = Rule(
    "channels.shared",
    Level.ERROR,
    "a channel that a client reads is also another client's, or the owner's own",
    "give every client a channel of its own",
)


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Report channels with two kinds of readers."""
    uses: dict[str, list[tuple[str, Audience]]] = {mapping.slack.ops: [("slack.ops", Audience.INTERNAL)]}
    for key, client in mapping.clients.items():
        for index, channel in enumerate(client.channels):
            earlier = uses.setdefault(channel.id, [])
            clash = next((name for name, other in earlier if Audience.CLIENT in (channel.audience, other)), None)
            if clash:
                text = f"clients.{key}.channels[{index}] is {channel.id}, which is also {clash}; a client reads it"
                yield SHARED.at(places.at("clients", key, "channels", index), text)
            earlier.append((f"clients.{key}.channels[{index}]", channel.audience))
