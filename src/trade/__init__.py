"""Backtest runner for systematic crypto-perpetual strategies: a Play goes in, a sealed receipt comes out."""

__version__ = "0.1.0"
