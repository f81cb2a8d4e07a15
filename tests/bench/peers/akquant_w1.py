"""W1 in akquant (Rust, asks Python at every bar): EMA 50/200 cross, long only, half of the equity, market at the next open, 5.5 bps."""

import sys

import akquant as aq
import pandas as pd
from clock import timed

bars = pd.read_parquet(sys.argv[1])
bars.index = pd.to_datetime(bars.ts_open_ms, unit="ms", utc=True)
bars = bars[["open", "high", "low", "close", "volume"]].assign(symbol="X")


FAST, SLOW = 50, 200  # as numbers in the class they would be read from its source, and hide the first 200 bars from it


class EmaCross(aq.Strategy):
    def on_start(self) -> None:
        self.fast, self.slow, self.above = aq.EMA(FAST), aq.EMA(SLOW), False

    def on_bar(self, bar: aq.Bar) -> None:
        above, was = self.fast.update(bar.close) > self.slow.update(bar.close), self.above
        self.above = above
        if above and not was:
            self.order_target_percent("X", 0.5)
        elif was and not above:
            self.close_position("X")


def run() -> int:
    result = aq.run_backtest(
        data=bars,
        strategy=EmaCross,
        symbols="X",
        initial_cash=1e7,
        commission_rate=0.00055,
        fill_policy=aq.NextOpen(),
        volume_limit_pct=1e9,  # a bar's volume limits nobody else
        timezone="UTC",
        show_progress=False,
    )
    return len(result.trades_df)


timed("akquant", run, warm=False)
