"""W1 in backtesting.py: EMA 50/200 cross, long only, half of the cash, market at the next open, 5.5 bps."""

import sys
import warnings

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover
from clock import timed

warnings.filterwarnings("ignore")
bars = pd.read_parquet(sys.argv[1])
bars.index = pd.to_datetime(bars.ts_open_ms, unit="ms")
bars = bars.rename(columns=str.capitalize)[["Open", "High", "Low", "Close", "Volume"]]


class EmaCross(Strategy):
    def init(self) -> None:
        def ema(close: object, span: int) -> object:
            return pd.Series(close).ewm(span=span, adjust=False).mean()

        self.fast, self.slow = self.I(ema, self.data.Close, 50), self.I(ema, self.data.Close, 200)

    def next(self) -> None:
        if crossover(self.fast, self.slow):
            self.buy(size=0.5)
        elif crossover(self.slow, self.fast):
            self.position.close()


timed(
    "backtesting.py",
    lambda: int(Backtest(bars, EmaCross, cash=1e7, commission=0.00055, finalize_trades=True).run()["# Trades"]),
    warm=False,
)
