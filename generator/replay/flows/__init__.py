"""Workflows that react: cases of steps that arrive one by one, played on both engines, judged by answers and messages.

`meter-usage` has its own stage (`replay/stage.py`), since it is judged by what Stripe bills.
"""
