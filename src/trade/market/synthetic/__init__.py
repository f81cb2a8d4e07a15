"""Markets made from a recipe: a named pattern, or shuffled blocks of stored bars; one 1m series, the same bytes everywhere."""
