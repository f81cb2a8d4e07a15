"""Indicators as pure data, and the one door to the libraries that compute them."""
