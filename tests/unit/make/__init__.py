"""The Make interpreter, point by point."""
