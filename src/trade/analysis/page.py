"""The docs page of all metrics, rendered from the registry."""

from __future__ import annotations

from trade.analysis.metric import Metric
from trade.analysis.registry import EXTRAS, METRICS

_INTRO = """# Metrics

This page answers what each metric is: unit, formula, source; `make docs` writes it from `src/trade/analysis/registry.py`.

- One name, one unit. `_pct` is percent everywhere (12.5 means 12.5 %), and so is every `_rate`; `_usdt` is money. The names are the ones
  users know: where an older name carries no unit (`net_profit`, `total_fees`, `ulcer_index`), the table below does.
- Undefined is `null`, never 100, 0 or infinity: no trades have no win rate, no losses give no profit factor
  (`profit_factor_mode` says why). Sums and counts of nothing are 0.
- Money is exact until here: sums are of integer quanta, and the number shown is the double nearest to the exact amount. Averages are
  plain doubles. Nothing is rounded for display.
- `r` are the N returns of the equity curve per exec bar, the first one from the initial equity; they end where equity is used up.
  The risk-free rate is 0. Bars per year are those of the exec timeframe (1m 525600, 15m 35040, 1h 8760, D 365, W 52, M 12).
- `d` are the returns of UTC days, from the last exec close of one to that of the next; the first and the last day may be parts.
- Annualised figures (`sharpe`, `sortino`, `sharpe_daily`, `sortino_daily`, `calmar`, `cagr_pct`, `volatility_pct`) of a window under 30
  days are `null`, and a note says so: they would be large, and mean nothing. Compare runs by the daily ratios: they do not
  depend on the exec timeframe.
- Net of a trade is after its fees and its funding. Exec bars are bars of the Play's exec timeframe, base bars those of the finest
  stored series (1m by default).
- Drawdown is that of base-close equity, from the loop; its duration and the `ulcer_index` come from the equity curve at exec closes.
"""


def metrics_page() -> str:
    """Return the page as Markdown."""
    return "\n".join((_INTRO, f"## The {len(METRICS)}", "", *_table(METRICS), "", "## Extras", "", *_table(EXTRAS), ""))


def _table(metrics: tuple[Metric, ...]) -> list[str]:
    rows = [f"| `{metric.name}` | {metric.unit} | {metric.formula} | {metric.source} |" for metric in metrics]
    return ["| name | unit | formula | from |", "|---|---|---|---|", *rows]
