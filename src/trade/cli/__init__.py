"""The terminal: one file per noun, the only place that prints."""
