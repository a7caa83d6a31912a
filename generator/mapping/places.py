"""Where each part of a mapping file stands, so that a finding can name its line and column."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.mapping.findings import Place

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The 1-based line and column of every key and list item of one file."""

    file: str
    marks: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def at(self, *path: str | int) -> Place:
        """Give the place of a key, or of the nearest part around it that is in the file."""
        near = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.marks), ())
        line, column = self.marks.get(near, (0, 0))
        return Place(self.file, line, column, dotted(path))


def dotted(path: KeyPath) -> str:
    """Write a path as people do: `clients.acme.channels[0].id`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
