"""IML, the expression language of Make: grammar, syntax tree, functions and evaluation. Knows nothing of replay."""
