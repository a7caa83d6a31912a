"""Usage sources: one folder each, found by name; `README.md` says what such a folder holds."""
