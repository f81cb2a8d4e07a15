"""Immutable aligned arrays for the loop."""
