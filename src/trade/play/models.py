"""Format 3.0.0 as people write it: one pydantic model per section, with the defaults of the format. Rules are `trade.dsl`'s."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from trade.base.timeframe import NAMES
from trade.play.fields import Choice, Count, Flag, Number, Text


def plain_symbol(text: str) -> str:
    """Return `btc/usdt`, `BTC-USDT` or `BTC/USDT:USDT` as `BTCUSDT`, the front of `binance:linear:btcusdt` in small letters."""
    *front, pair = text.split("/")[0].split(":") if "/" in text else text.split(":")
    pair += text.partition("/")[2].partition(":")[0]
    return ":".join([*(word.lower() for word in front), "".join(sign for sign in pair.upper() if sign.isalnum())])


Positive = Annotated[Decimal, Number(above="0", high="1000000000000", unit="usdt")]
Amount = Annotated[Decimal, Number(low="0", high="1000000000000", unit="usdt")]
Leverage = Annotated[Decimal, Number(above="0", high="200", places=2, unit="x")]
Percent = Annotated[Decimal, Number(above="0", high="100", unit="%")]
Bps = Annotated[Decimal, Number(low="0", below="100", unit="bps")]
SlippageBps = Annotated[Decimal, Number(low="0", below="100", places=5, unit="bps")]  # the engine counts it in 1e-9
Rate = Annotated[Decimal, Number(low="0", below="1")]
OffsetPct = Annotated[Decimal, Number(low="0", below="100", unit="%")]
YesNo = Annotated[bool, Flag()]
TimeframeName = Annotated[str, Choice(NAMES)]
FreeText = Annotated[str, Text(longest=20_000)]
Id = Annotated[str, Text(r"[A-Za-z_][A-Za-z0-9_]*", "write letters, digits and _, not beginning with a digit")]
Reference = Annotated[str, Text(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?", "write an id, or id.output")]
PlayName = Annotated[
    str,
    Text(
        r"(?!\s|\.)[^/\\\x00-\x1f\x7f-\x9f]+",
        "write a name that can be a folder: no slash, not beginning with a dot, up to 120 letters",
        120,
        most_bytes=240,
    ),
]
Symbol = Annotated[
    str,
    Text(
        r"([a-z0-9_]+:[a-z0-9_]+:)?[A-Z0-9][A-Z0-9._-]*",
        "a symbol is BTCUSDT, or venue:market:BTCUSDT in full; itself in capitals",
        60,
        mend=plain_symbol,
    ),
]
BeyondLiquidation = Annotated[str, Choice(("reject", "adjust", "warn"))]
OrderType = Annotated[str, Choice(("Market", "Limit"))]


class Section(BaseModel):
    """A part of a Play: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FeeModel(Section):
    taker_bps: Bps = Decimal("5.5")
    maker_bps: Bps = Decimal("2.0")


class AccountFile(Section):
    starting_equity_usdt: Positive = Decimal(10000)
    max_leverage: Leverage = Decimal(1)
    max_drawdown_pct: Percent = Field(Decimal(100), description="the run halts at this drawdown; 100 is off")
    equity_floor_usdt: Amount = Decimal(0)
    margin_mode: Annotated[str, Choice(("isolated_usdt", "isolated", "cross"))] = "isolated_usdt"
    fee_model: FeeModel = FeeModel()
    slippage_bps: SlippageBps = Decimal(2)
    min_trade_notional_usdt: Amount = Decimal(10)
    max_notional_usdt: Positive | None = None
    maintenance_margin_rate: Rate | None = Field(None, description="replaces the instrument's tier table")
    mm_deduction: Amount = Field(Decimal(0), description="goes with maintenance_margin_rate")
    on_sl_beyond_liq: BeyondLiquidation | None = Field(None, description="the older place of execution.on_sl_beyond_liq")
    risk_per_trade_pct: Percent | None = Field(None, description="the older word for risk.max_position_pct, where no risk_model is given")
    max_margin_usdt: Positive | None = Field(None, description="the most margin of a position")


class TimeframesFile(Section):
    low_tf: TimeframeName | None = None
    med_tf: TimeframeName | None = None
    high_tf: TimeframeName | None = None
    exec: Annotated[str, Text(hint="name a role: low_tf, med_tf or high_tf")]


class FeatureFile(Section):
    indicator: Annotated[str, Text(hint="name an indicator")]
    params: dict[str, Any] = {}
    tf: Annotated[str, Text(hint="name a timeframe or a role")] | None = None
    source: Reference | None = Field(None, description="open high low close volume hl2 hlc3 ohlc4, or another feature")
    input_source: Reference | None = Field(None, description="the January word for source")


class StructureFile(Section):
    type: Annotated[str, Text(hint="name a structure type")]
    key: Id
    params: dict[str, Any] = {}
    uses: Any = Field(None, description="a key, or a list of keys, of structures above this one")
    depends_on: dict[str, Any] | None = Field(None, description="the January form of uses: type to key")


class PolicyFile(Section):
    mode: Annotated[str, Choice(("long_only", "short_only", "long_short"))] = "long_only"
    exit_mode: Annotated[str, Choice(("sl_tp_only", "signal", "first_hit"))] = "sl_tp_only"
    max_positions_per_symbol: Annotated[int, Count(1, 1000)] = 1
    allow_flip: YesNo = False
    allow_scale_in: YesNo = False
    allow_scale_out: YesNo = False


class LevelFile(Section):
    """What stops and targets share."""

    value: Positive | None = Field(None, description="a percent, an amount of price, or a multiple; of a structure there is none")
    atr_feature_id: Reference | None = Field(None, description="the feature that atr_multiple and trailing_atr multiply")
    atr_key: Reference | None = Field(None, description="the January word for atr_feature_id")
    long: Reference | None = Field(None, description="the level of a long, of the type structure")
    short: Reference | None = Field(None, description="the level of a short")


class StopLossFile(LevelFile):
    type: Annotated[str, Choice(("percent", "fixed_points", "atr_multiple", "structure", "trailing_pct", "trailing_atr"))]
    buffer_pct: Annotated[Decimal, Number(low="0", below="100", unit="%")] = Field(
        Decimal(0), description="percent of price between level and stop"
    )


class TakeProfitFile(LevelFile):
    type: Annotated[str, Choice(("percent", "fixed_points", "rr_ratio", "atr_multiple", "structure"))]


class TrailingFile(Section):
    trail_pct: Percent | None = Field(None, description="percent of the best price")
    atr_multiplier: Positive | None = Field(None, description="with atr_feature_id; 2 where not given")
    atr_feature_id: Reference | None = None
    activation_pct: Annotated[Decimal, Number(low="0", high="100000", unit="%")] = Field(
        Decimal(0), description="how far the best price must be from the entry, percent of price"
    )


class BreakEvenFile(Section):
    activation_pct: Annotated[Decimal, Number(above="0", high="100000", unit="%")] = Field(Decimal(1), description="percent of price")
    offset_pct: Annotated[Decimal, Number(low="0", below="100", unit="%")] = Field(
        Decimal("0.1"), description="percent of price beyond the entry"
    )


class SizingFile(Section):
    model: Annotated[str, Choice(("percent_equity", "risk_based", "fixed_usdt"))] = "percent_equity"
    value: Positive = Decimal(100)
    max_leverage: Leverage = Decimal(1)


class _Exits(Section):
    basis: Annotated[str, Choice(("margin", "price"))] = Field(
        "margin", description="what a percent is of: margin (return on margin) or price"
    )
    tp_order_type: OrderType = "Market"
    sl_order_type: OrderType = "Market"
    trailing: TrailingFile | None = None
    break_even: BreakEvenFile | None = None


class RiskFile(_Exits):
    """The shorthand."""

    stop_loss_pct: Percent | None = None
    take_profit_pct: Annotated[Decimal, Number(above="0", high="10000", unit="%")] | None = None
    max_position_pct: Percent = Decimal(100)
    stop_loss: StopLossFile | None = None
    take_profit: TakeProfitFile | None = None


class RiskModelFile(_Exits):
    stop_loss: StopLossFile | None = None
    take_profit: TakeProfitFile | None = None
    sizing: SizingFile = SizingFile()


class EntryFile(Section):
    order_type: Annotated[str, Choice(("MARKET", "LIMIT", "STOP"))] = Field("MARKET", description="FILL-1, FILL-2, FILL-3")
    offset_pct: OffsetPct | None = Field(None, description="percent of the close: a limit stands better than it, a stop beyond it")
    offset_ticks: Annotated[int, Count(0, 1_000_000)] | None = None
    offset_atr: Annotated[Decimal, Number(low="0", high="1000")] | None = Field(None, description="a multiple of atr_feature_id")
    atr_feature_id: Reference | None = None
    limit_offset_pct: OffsetPct | None = Field(None, description="the older word for offset_pct")
    time_in_force: Annotated[str, Choice(("GTC", "IOC", "FOK", "PostOnly", "DAY"))] = Field("GTC", description="FILL-8")
    expire_after_bars: Annotated[int, Count()] = Field(0, description="bars of the exec timeframe; 0 is never")


class ExecutionFile(Section):
    intrabar: Annotated[str, Choice(("worst", "path"))] = Field(
        "worst", description="FILL-5: which level a bar meets first when it holds both"
    )
    limit_fill: Annotated[str, Choice(("touch", "through"))] = Field("touch", description="FILL-2: what fills a resting limit order")
    anchor: Annotated[str, Choice(("fill", "signal"))] = Field("fill", description="FILL-4: the price that stop and target belong to")
    on_liquidation: Annotated[str, Choice(("stop", "continue"))] = Field("stop", description="LIQ-2: what the run does after a liquidation")
    on_sl_beyond_liq: BeyondLiquidation = Field("reject", description="STOP-2: what happens to a stop beyond the liquidation price")
    max_participation: Any = None
    impact: Any = None


class ValidationFile(Section):
    """What a synthetic run takes where its options do not say."""

    pattern: Annotated[str, Text(hint="name a pattern")] | None = Field(None, description="of the made market")
    bars: Annotated[int, Count(1)] | None = Field(None, description="minutes of the made market, 43200 where not given")
    seed: Annotated[int, Count(0, 2**63 - 1)] | None = Field(None, description="what the made market is drawn with, 42 where not given")


class HeadFile(Section):
    """The single values at the top of a Play."""

    version: Annotated[str, Text()] | None = None
    name: PlayName | None = None
    id: PlayName | None = None
    description: FreeText | None = None
    symbol: Symbol | None = None
    symbol_universe: list[Symbol] | None = None
    tf: TimeframeName | None = Field(None, description="the January form: the exec timeframe")
    execution_tf: TimeframeName | None = Field(None, description="another name of tf")
    mtf: TimeframeName | None = None
    htf: TimeframeName | None = None
    risk_limits: Any = None
    deploy: Any = None
    test_metadata: Any = Field(None, alias="_test_metadata", description="a note of its author, never read")


class PlayFile(HeadFile):
    """The whole file. Features and structures are checked against the catalogue too, `setups` and `actions` by the rules' own reader."""

    version: Annotated[str, Text()]
    timeframes: TimeframesFile | None = None
    account: AccountFile = AccountFile()
    features: dict[str, FeatureFile] = {}
    structures: dict[str, list[StructureFile] | dict[str, list[StructureFile]]] = {}
    setups: dict[str, Any] = {}
    actions: dict[str, Any] | list[Any]
    position_policy: PolicyFile = PolicyFile()
    risk: RiskFile | None = None
    risk_model: RiskModelFile | None = None
    entry: EntryFile = EntryFile()
    execution: ExecutionFile = ExecutionFile()
    variables: dict[str, str | int | float | bool | None] = {}
    validation: ValidationFile = ValidationFile()
    expected: dict[str, Any] | None = None


TOP_LEVEL = [field.alias or name for name, field in PlayFile.model_fields.items()]
