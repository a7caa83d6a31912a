"""Where a stored execution goes on."""


class Point:
    """Filled by the engine."""
