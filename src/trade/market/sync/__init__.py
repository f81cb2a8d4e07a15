"""Sync: what is missing in the store is fetched from an exchange, checked, and committed block by block."""
