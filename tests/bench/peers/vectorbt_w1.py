"""W1 in vectorbt: EMA 50/200 cross, long only, half of the cash, market at the next open, 5.5 bps."""

import sys

import pandas as pd
import vectorbt as vbt
from clock import timed

bars = pd.read_parquet(sys.argv[1])
bars.index = pd.to_datetime(bars.ts_open_ms, unit="ms")


def run() -> int:
    fast = bars.close.ewm(span=50, adjust=False).mean()
    slow = bars.close.ewm(span=200, adjust=False).mean()
    above = (fast > slow) & (fast.shift() <= slow.shift())
    below = (fast < slow) & (fast.shift() >= slow.shift())
    portfolio = vbt.Portfolio.from_signals(
        bars.close,
        above.shift(1, fill_value=False),
        below.shift(1, fill_value=False),
        price=bars.open,
        fees=0.00055,
        init_cash=1e7,
        size=0.5,
        size_type="percent",
        freq="1min",
    )
    portfolio.final_value()
    return int(portfolio.trades.count())


timed("vectorbt", run, warm=True)
