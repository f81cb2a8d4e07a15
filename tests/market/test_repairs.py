"""An import over a damaged month writes it anew, says so, and never leaves fewer rows than there were."""

from __future__ import annotations

import json

import pytest
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older

from trade.base.errors import Mismatch
from trade.base.findings import Severity
from trade.cli import console
from trade.cli.app import run
from trade.files.importing import ImportRequest, import_files
from trade.market.store import Store

EVER = (0, 2**60)
FIRST = 31 * 1440  # minutes of January


def flip(file):
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 4
    file.write_bytes(raw)


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def hurt(parquet, load_in, db):
    """Two months, the first of them damaged."""
    load_in(parquet(make_bars(60_000)))
    january, _ = sorted(db.rglob("*.parquet"))
    healthy = Store(db).load(BTC, *EVER).digest
    flip(january)
    return january, healthy


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("damage", [flip, lambda file: file.unlink(), lambda file: file.write_bytes(b"")])
def test_an_import_of_the_same_rows_repairs_the_month_and_says_so(older, damage, hurt, parquet, load_in, db):
    january, healthy = hurt
    damage(january) if january.exists() and damage is not flip else None
    if older:
        write_older(db / "manifest.json", 3)
    report = load_in(parquet(make_bars(60_000)))
    assert (report.rows_new, report.duplicates_agreeing) == (FIRST, 60_000 - FIRST)
    [finding] = report.findings
    assert (finding.code, finding.severity, finding.data["month"]) == ("month-repaired", Severity.NOTE, "2023-01")
    assert f"the '{FIRST}' rows it had" in finding.fact
    assert Store(db).load(BTC, *EVER, rehash=True).digest == healthy
    assert load_in(parquet(make_bars(60_000))).findings == ()


def test_other_rows_in_the_place_of_a_damaged_month_are_warned_about(hurt, parquet, load_in, db):
    [finding] = load_in(parquet(make_bars(FIRST, first_price=310_000))).findings
    assert (finding.code, finding.severity, finding.data["same_rows"]) == ("month-repaired", Severity.WARNING, False)
    assert Store(db).load(BTC, *EVER).base.open[0] == 310_000


def test_a_part_of_a_damaged_month_does_not_replace_it(hurt, parquet, load_in, db):
    january, healthy = hurt
    damaged = january.read_bytes()
    for part in (make_bars(1000), make_bars(FIRST - 1, JAN_2023_MS + MINUTE_MS), make_bars(FIRST - 1)):
        with pytest.raises(Mismatch, match=f"only '{len(part['close'])}' rows of that month") as caught:
            load_in(parquet(part))
        command = "trade data delete generic:linear:BTCUSDT --kind bars --from 2023-01-01 --to 2023-02-01 --yes"
        assert command in caught.value.findings[0].hint
        assert january.read_bytes() == damaged
    load_in(parquet(make_bars(60_000)))
    assert Store(db).load(BTC, *EVER).digest == healthy


def test_several_files_of_one_import_repair_a_month_together(hurt, parquet, db):
    _, healthy = hurt
    bars = make_bars(FIRST)
    halves = [parquet({name: values[half] for name, values in bars.items()}, f"{number}.parquet")
              for number, half in enumerate((slice(0, 20_000), slice(20_000, None)))]  # fmt: skip
    first, second = import_files(db, [ImportRequest(half, "BTCUSDT") for half in halves])
    assert [finding.code for report in (first, second) for finding in report.findings] == ["month-repaired"]
    assert Store(db).load(BTC, *EVER).digest == healthy


def test_an_import_beside_a_damaged_month_leaves_it_as_it_is(hurt, parquet, load_in, db):
    january, _ = hurt
    damaged = january.read_bytes()
    report = load_in(parquet(make_bars(100, JAN_2023_MS + 60_000 * MINUTE_MS)))
    assert (report.rows_new, report.findings) == (100, ())
    assert january.read_bytes() == damaged


def test_the_command_says_what_it_repaired(hurt, parquet, db, capsys):
    assert run(["data", "import", str(parquet(make_bars(60_000))), "--symbol", "BTCUSDT", "--db", str(db), "--json"]) == 0
    assert [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]] == ["month-repaired"]
