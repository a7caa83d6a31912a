"""Workflows that react: cases of steps that arrive one by one, played on both engines, judged by what was answered and told.

`meter-usage` has its own stage (`replay/stage.py`), since it is judged by what Stripe bills.
"""
