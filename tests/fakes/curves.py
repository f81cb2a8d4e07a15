"""Equity curves from rows that a test wrote by hand, consistent or not."""

import numpy as np

from trade.base.curve import STANDING, EquityCurve
from trade.base.records import Records


def curve_of(rows: Records) -> EquityCurve:
    """Return rows of dtype `EQUITY` as a curve with the same columns: every point stands for itself."""
    standings = np.zeros(len(rows), STANDING)
    standings["first_point"] = np.arange(len(rows))
    for name in ("cash_quanta", "used_margin_quanta", "position_lots"):
        standings[name] = rows[name]
    profit = np.sign(rows["position_lots"]) * (rows["equity_quanta"] - rows["cash_quanta"])
    standings["entry_value_quanta"] = rows["notional_quanta"] - profit
    standings["maintenance_base_quanta"] = rows["maintenance_margin_quanta"]
    columns = (np.ascontiguousarray(rows[name]) for name in ("ts_ms", "equity_quanta", "low_equity_quanta"))
    return EquityCurve(*columns, standings)
