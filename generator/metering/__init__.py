"""The rules of metering, pure: windows, counts, facts, differences and identifiers.

No command calls `differences` or `identifiers`. They say in Python what the workflows do: property tests hold the
JavaScript of `templates/code/` to them, and the names that the replay's judge expects.
"""
