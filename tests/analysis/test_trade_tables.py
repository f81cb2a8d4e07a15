import pytest
from made_results import START_MS, made, trade

from trade.analysis.tables import trade_tables
from trade.base.records import SHORT, ExitReason, FillKind
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS

STOP, TARGET = int(ExitReason.STOP_LOSS), int(ExitReason.TAKE_PROFIT)
TRADES = [
    trade(30, exit_reason=TARGET, exit_ts_ms=START_MS + HOUR_MS),
    trade(-10, exit_reason=STOP, side=SHORT, entry_ts_ms=START_MS + DAY_MS, exit_ts_ms=START_MS + 31 * DAY_MS),
    trade(-20, exit_reason=STOP, exit_ts_ms=START_MS + 3 * HOUR_MS),
    trade(0, exit_reason=STOP, entry_ts_ms=START_MS + 7 * DAY_MS - 1, exit_ts_ms=START_MS + 31 * DAY_MS - 1),
]
FILLS = [  # each trade was left at the open of its bar
    {"trade": 0, "kind": int(FillKind.ENTRY), "bar_ts_open_ms": START_MS - DAY_MS},
    *({"trade": number, "kind": int(FillKind.EXIT), "bar_ts_open_ms": one["exit_ts_ms"]} for number, one in enumerate(TRADES)),
    {"trade": 3, "kind": int(FillKind.FUNDING), "bar_ts_open_ms": START_MS + 99 * DAY_MS},
]


@pytest.fixture(scope="module")
def tables():
    return trade_tables(made([1_000, 1_000], TRADES, FILLS))


def test_a_row_says_what_its_trades_made(tables):
    stopped = tables.by_exit_reason[0]
    assert (stopped.group, stopped.trades, stopped.wins, stopped.losses) == ("stop_loss", 3, 0, 2)
    assert (stopped.win_rate_pct, stopped.net_usdt, stopped.net_pct) == (0.0, -30.0, -3.0)


def test_duration_is_from_entry_to_exit(tables):
    (target,) = (row for row in tables.by_exit_reason if row.group == "take_profit")
    assert target.avg_duration_ms == HOUR_MS


def test_reasons_and_sides_keep_their_order_and_leave_out_the_absent(tables):
    assert [row.group for row in tables.by_exit_reason] == ["stop_loss", "take_profit"]
    assert [(row.group, row.trades) for row in tables.by_side] == [("long", 3), ("short", 1)]


def test_weekdays_are_of_the_entry_in_utc_from_monday(tables):
    # 2023-01-01 was a Sunday; the last trade was entered a millisecond before the next one
    assert [(row.group, row.trades) for row in tables.by_weekday] == [("monday", 1), ("saturday", 1), ("sunday", 2)]


def test_months_are_of_the_exit(tables):
    assert [(row.group, row.trades) for row in tables.by_month] == [("2023-01", 3), ("2023-02", 1)]


@pytest.mark.parametrize(
    ("kind", "bar_ms", "month"),
    [
        (FillKind.EXIT, 31 * DAY_MS - MINUTE_MS, "2023-01"),  # at the close of its last minute, where the data ends
        (FillKind.LIQUIDATION, 31 * DAY_MS - MINUTE_MS, "2023-01"),
        (FillKind.EXIT, 31 * DAY_MS, "2023-02"),  # at the open of the first minute of the next
    ],
)
def test_the_last_close_of_a_month_is_of_that_month_and_the_first_open_of_the_next(kind, bar_ms, month):
    left = {"trade": 0, "kind": int(kind), "bar_ts_open_ms": START_MS + bar_ms}
    tables = trade_tables(made([1_000, 1_000], [trade(1, exit_ts_ms=START_MS + 31 * DAY_MS)], [left]))
    assert [row.group for row in tables.by_month] == [month]


def test_every_table_adds_up_to_the_total(tables):
    for rows in (tables.by_exit_reason, tables.by_side, tables.by_weekday, tables.by_month):
        assert sum(row.trades for row in rows) == tables.total.trades == 4
        assert sum(row.net_usdt for row in rows) == tables.total.net_usdt == 0.0


def test_tables_of_no_trades_are_empty_and_their_total_is_undefined():
    tables = trade_tables(made())
    assert tables.by_exit_reason == tables.by_side == tables.by_weekday == tables.by_month == ()
    assert (tables.total.trades, tables.total.net_usdt) == (0, 0.0)
    assert tables.total.win_rate_pct is tables.total.avg_duration_ms is None
