"""Usage sources as a replay plays them: what all have in common; each one itself lies in its folder of `sources`."""
