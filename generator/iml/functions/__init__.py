"""All functions of the official list (Make help: general, text, date, math and array functions)."""

from generator.iml.functions import arrays, dates, general, hashes, numbers, texts
from generator.iml.functions.table import FUNCTIONS, UNOFFICIAL, Function, Parameter

__all__ = ["FUNCTIONS", "UNOFFICIAL", "Function", "Parameter"]

_GROUPS = (arrays, dates, general, hashes, numbers, texts)
