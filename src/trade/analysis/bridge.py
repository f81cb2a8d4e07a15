"""The way from gross to net: what prices gave, what slippage, fees and funding took, what was left (MONEY-2)."""

from __future__ import annotations

from dataclasses import dataclass

from trade.base.result import Result


@dataclass(frozen=True)
class Step:
    """One amount on the way. Costs are negative; `usdt` is the double nearest to `quanta`."""

    name: str
    quanta: int
    usdt: float


@dataclass(frozen=True)
class Bridge:
    """`gross` is the price result had nothing moved the prices; gross + slippage + fees + funding = net, in integers."""

    gross: Step
    slippage: Step
    fees: Step
    funding: Step
    net: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        return (self.gross, self.slippage, self.fees, self.funding, self.net)


def bridge(result: Result) -> Bridge:
    """Return the way from gross to net; raise ValueError if it does not end at final − initial equity (a ledger at fault)."""
    slippage, fees, funding = (_sum(result, f"{cost}_quanta") for cost in ("slippage", "fees", "funding"))
    gross = _sum(result, "gross_quanta") + slippage  # slippage is already inside the gross of a trade
    earned, net = gross - slippage - fees + funding, result.final_equity_quanta - result.initial_equity_quanta
    if earned != net:
        raise ValueError(f"trades explain {earned} quanta of a net of {net}")
    unit = result.instrument.grid.quanta_per_unit
    amounts = {"gross": gross, "slippage": -slippage, "fees": -fees, "funding": funding, "net": net}
    return Bridge(**{name: Step(name, quanta, quanta / unit) for name, quanta in amounts.items()})


def _sum(result: Result, column: str) -> int:
    return int(result.trades[column].sum())
