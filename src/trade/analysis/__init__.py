"""Numbers about a result."""
