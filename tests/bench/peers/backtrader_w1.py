"""W1 in backtrader: EMA 50/200 cross, long only, half of the cash, market at the next open, 5.5 bps."""

import sys

import backtrader as bt
import pandas as pd
from clock import timed

bars = pd.read_parquet(sys.argv[1])
bars.index = pd.to_datetime(bars.ts_open_ms, unit="ms")


class EmaCross(bt.Strategy):
    def __init__(self) -> None:
        self.cross, self.closed = bt.ind.CrossOver(bt.ind.EMA(period=50), bt.ind.EMA(period=200)), 0

    def next(self) -> None:
        if self.cross > 0 and not self.position:
            self.order_target_percent(target=0.5)
        elif self.cross < 0 and self.position:
            self.close()
            self.closed += 1


def run() -> int:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=bars[["open", "high", "low", "close", "volume"]]))
    cerebro.addstrategy(EmaCross)
    cerebro.broker.setcash(1e7)
    cerebro.broker.setcommission(0.00055)
    return int(cerebro.run()[0].closed)


timed("backtrader", run, warm=False)
