"""Calendars of instruments: around the clock, the week of currencies, and those of exchanges."""
