"""Simulated worlds: from one seed many nights of usage, mishaps and outages, played and judged like a case.

A world is a case that nobody wrote: `premise` chooses the business and the dates, `habits` the rows, `mishaps` what
goes wrong, `nights` puts them in order. `world` plays it; `shrink` and `story` make a failure short enough to read.
"""
