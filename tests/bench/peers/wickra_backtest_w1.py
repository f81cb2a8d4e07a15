"""W1 in wickra-backtest (Rust; a strategy is a JSON file): EMA 50/200 cross, long only, half of the equity, next open, 5.5 bps."""

import sys
from pathlib import Path

import pandas as pd
import wickra_backtest as wickra
from clock import timed

bars = pd.read_parquet(sys.argv[1])
columns = [bars[name].to_numpy(float) for name in ("open", "high", "low", "close")]
strategy = Path(__file__).with_suffix(".json").read_text()

timed("wickra-backtest", lambda: int(wickra.run(*columns, spec=strategy)["metrics"]["num_trades"]), warm=True)
