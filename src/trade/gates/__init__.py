"""Refusals, one per file: code, condition, finding, hint."""
