"""The resolved Play: complete, frozen, every default applied; what runs and what is hashed.

Percent stays percent here, as the user typed it (`_pct`, exact decimals); the simulator converts once at its door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trade.base.catalogue import ParamValue
from trade.base.findings import Place
from trade.base.measures import Measure
from trade.base.places import Path, Places
from trade.base.timeframe import Timeframe


@dataclass(frozen=True)
class Account:
    """Money and costs. `maintenance_margin_rate` replaces the instrument's tier table when set."""

    starting_equity_usdt: Decimal
    max_leverage: Decimal
    max_drawdown_pct: Decimal
    equity_floor_usdt: Decimal
    taker_bps: Decimal
    maker_bps: Decimal
    slippage_bps: Decimal
    min_trade_notional_usdt: Decimal
    max_notional_usdt: Decimal | None
    max_margin_usdt: Decimal | None
    maintenance_margin_rate: Decimal | None
    mm_deduction_usdt: Decimal
    on_sl_beyond_liq: str  # reject | adjust | warn


@dataclass(frozen=True)
class Feature:
    """One indicator column set. `source` is a bar column, hl2/hlc3/ohlc4, or the id of another feature (optionally `id.output`)."""

    id: str
    indicator: str
    params: Mapping[str, ParamValue]
    timeframe: Timeframe
    source: str
    place: Place = field(compare=False)


@dataclass(frozen=True)
class Structure:
    """One detector. `uses` are keys of structures declared earlier on the same timeframe."""

    key: str
    type: str
    params: Mapping[str, ParamValue]
    timeframe: Timeframe
    uses: tuple[str, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True)
class Levels:
    """The columns that a stop or target of the kind `structure` stands at, per side; None where that side is not traded."""

    long: str | None
    short: str | None


@dataclass(frozen=True)
class StopLoss:
    """`value` is a percent, an amount of price, or a multiple of the feature `atr`; of a `structure` it is None."""

    kind: str  # percent | fixed_points | atr_multiple | structure | trailing_pct | trailing_atr
    value: Decimal | None
    atr: str | None = None
    levels: Levels | None = None
    buffer_pct: Decimal = Decimal(0)


@dataclass(frozen=True)
class TakeProfit:
    kind: str  # percent | fixed_points | rr_ratio | atr_multiple | structure
    value: Decimal | None
    order_type: str  # Market | Limit
    atr: str | None = None
    levels: Levels | None = None


@dataclass(frozen=True)
class Trailing:
    """A stop that follows the best price at a distance, once that is `activation_pct` of price away from the entry (STOP-1)."""

    kind: str  # percent of the best price | atr
    value: Decimal
    atr: str | None
    activation_pct: Decimal


@dataclass(frozen=True)
class BreakEven:
    """A stop that moves once, at `activation_pct` of price, to `offset_pct` beyond the entry (STOP-1)."""

    activation_pct: Decimal
    offset_pct: Decimal


@dataclass(frozen=True)
class EntryOrder:
    """How an entry is ordered: at market, or waiting for a price that is an offset away from the close of the decision (FILL-2, FILL-3).

    The offset is a percent of that close, whole ticks, or a multiple of the feature `atr`.
    """

    order_type: str = "MARKET"  # MARKET | LIMIT | STOP
    offset: str = "pct"  # pct | ticks | atr
    value: Decimal = Decimal(0)
    atr: str | None = None
    time_in_force: str = "GTC"  # GTC | IOC | FOK | PostOnly | DAY
    expire_after_bars: int = 0  # of the exec timeframe; 0 is never


@dataclass(frozen=True)
class Sizing:
    model: str  # percent_equity | risk_based | fixed_usdt
    value: Decimal
    max_leverage: Decimal


@dataclass(frozen=True)
class Risk:
    stop_loss: StopLoss | None
    take_profit: TakeProfit | None
    sizing: Sizing
    basis: str  # margin (SIZE-2) | price
    trailing: Trailing | None = None
    break_even: BreakEven | None = None


@dataclass(frozen=True)
class Policy:
    mode: str  # long_only | short_only | long_short
    exit_mode: str  # sl_tp_only | signal | first_hit


@dataclass(frozen=True)
class Execution:
    intrabar: str  # worst | path
    limit_fill: str  # touch | through
    anchor: str  # fill | signal
    on_liquidation: str  # stop | continue


@dataclass(frozen=True)
class Expected:
    """Bounds that turn a Play into its own test; a name of `result.json` metrics to (min, max), None for open."""

    bounds: Mapping[str, tuple[Decimal | None, Decimal | None]]


@dataclass(frozen=True)
class RuleSource:
    """Rules: plain YAML values (str, int, float, bool, None, list, dict), variables already substituted.

    `setups` maps id -> condition; `actions` is the map or the list of blocks as written; of a Play always the blocks. `places` gives the
    place of every value by its path, a tuple of keys and indices from the top of the file, e.g. ("actions", "entry_long", "all", 1).
    `measures` are the columns that risk and entry read, by what they are for, each with the path it is written at.
    """

    setups: Mapping[str, object]
    actions: object
    places: Places = field(compare=False, repr=False)
    measures: Mapping[Measure, tuple[Path, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Validation:
    """What a synthetic run takes where its options do not say: pattern, minutes, seed."""

    pattern: str | None = None
    bars: int | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Play:
    """One strategy, resolved. `canonical` is the JSON value that is hashed into `play_hash`: everything that can change a result.

    `name`, `description` and `validation` cannot, and are not in it; with them (`play.dump.resolved`) it re-loads to an equal Play.
    """

    version: str
    name: str
    description: str
    symbol: str
    exec_timeframe: Timeframe
    timeframes: Mapping[str, Timeframe]  # role -> timeframe
    account: Account
    features: Mapping[str, Feature]
    structures: Mapping[str, Structure]
    rules: RuleSource
    policy: Policy
    risk: Risk
    entry: EntryOrder
    execution: Execution
    expected: Expected | None
    validation: Validation
    canonical: Mapping[str, Any]
    play_hash: str
