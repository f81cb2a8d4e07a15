"""The manifest is read series by series, and written in the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_tables import sealed

from trade.base.errors import Mismatch, Refused
from trade.market import manifest as manifests
from trade.market.instruments import packaged
from trade.market.manifest import JournalEnd, Manifest, Month, file_name, series_of
from trade.market.names import Kind, Series

ONE, TWO = Series("bybit", "linear", "BTCUSDT"), Series("generic", "spot", "ETH_A-B.C")


def month(series, kind, name, rows=5):
    digest = sha256(f"{series}{kind}{name}{rows}".encode()).hexdigest()
    first_ms = int(np.datetime64(name, "ms").astype(int))
    return Month(name, file_name(series, kind, name, digest), rows, first_ms, first_ms + 60_000 * (rows - 1), digest)


def manifest_of(keys):
    months = {(series, kind): {name: month(series, kind, name) for name in names} for (series, kind), names in keys.items()}
    return Manifest(3, {series: packaged(ONE) for series, _ in keys}, months, journal=JournalEnd(7, 9))


KEYS = st.tuples(st.sampled_from([ONE, TWO]), st.sampled_from(list(Kind)))
NAMES = st.sets(st.sampled_from(["2022-12", "2023-01", "2023-02"]), min_size=1)


def read(text, tmp_path):
    (tmp_path / "manifest.json").write_text(sealed(text))
    return manifests.read(tmp_path)


@given(st.dictionaries(KEYS, NAMES, max_size=4))
def test_what_is_written_is_read_again_and_written_in_the_same_bytes(keys):
    made = manifest_of(keys)
    text = manifests.write_text(made)
    found = manifests.parse(text.encode(), Path("m"))
    assert found == made
    assert found.files == made.files
    assert manifests.write_text(found) == text


@given(st.dictionaries(KEYS, NAMES, max_size=4))
def test_an_older_format_is_read_however_it_is_laid_out(keys):
    made = manifest_of(keys)
    raw = json.loads(manifests.write_text(made))
    del raw["crc"], raw["journal"]
    older = {**raw, "schema": 3, "series": {name: [row[:-1] for row in rows] for name, rows in raw["series"].items()}}
    for form in (json.dumps(older), json.dumps(older, indent=1)):
        assert manifests.parse(form.encode(), Path("m")) == replace(made, journal=None)


@given(st.dictionaries(KEYS, NAMES, min_size=1, max_size=2), st.data())
def test_no_flipped_bit_of_a_manifest_is_overlooked(keys, data):
    raw = bytearray(manifests.write_text(manifest_of(keys)).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Mismatch, match="is not a manifest of this program"):
        manifests.parse(bytes(raw), Path("m"))


def test_a_manifest_without_its_checksum_is_damaged_and_a_newer_one_is_not():
    text = manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01"]}))
    bare = json.loads(text)
    del bare["crc"]
    with pytest.raises(Mismatch):
        manifests.parse(json.dumps(bare).encode(), Path("m"))
    with pytest.raises(Refused, match="has format '6'"):
        manifests.parse(sealed(text.replace('"schema": 5', '"schema": 6')).encode(), Path("m"))


def test_each_series_has_a_line_of_its_own():
    text = manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01"], (TWO, Kind.MARK): ["2023-01", "2023-02"]}))
    assert [line.partition(": ")[0] for line in text.splitlines()[1:]] == [
        '"bars:bybit:linear:BTCUSDT"',
        '"mark:generic:spot:ETH_A-B.C"',
        "}}",
    ]


def test_only_the_series_that_is_asked_for_is_made(tmp_path, monkeypatch):
    made = []
    real = manifests._month
    monkeypatch.setattr(manifests, "_month", lambda folder, *row: made.append(folder) or real(folder, *row))
    found = read(manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01", "2023-02"], (TWO, Kind.BARS): ["2023-01"]})), tmp_path)
    assert (ONE, Kind.BARS) in found.months
    assert made == []
    assert len(found.of(ONE, Kind.BARS)) == len(found.of(ONE, Kind.BARS)) == 2
    assert made == [manifests.series_folder(ONE, Kind.BARS)] * 2


def test_damage_in_one_series_is_met_by_who_asks_for_that_one(tmp_path):
    text = manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01"], (TWO, Kind.BARS): ["2023-01"]}))
    lines = text.splitlines()
    found = read("\n".join([*lines[:2], lines[2].replace('"2023-01"', '"../../../../etc"'), *lines[3:]]), tmp_path)
    assert len(found.of(ONE, Kind.BARS)) == 1
    with pytest.raises(Mismatch, match="is not a manifest of this program"):
        found.of(TWO, Kind.BARS)


@pytest.mark.parametrize(
    "row",
    [
        '["2023-01", 5, 0, 1, "x", 0, 7]',
        '["2023-01", 5.0, 0, 1, "D", 0, 7]',
        '["2023-01", 0, 0, 1, "D", 0, 7]',
        '["2023-01"]',
        '[["a"]]',
        "7",
        "[",
        "{}",
    ],
)
def test_a_row_that_is_none_is_damage_and_no_traceback(row, tmp_path):
    text = manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01"]}))
    head, _, _ = text.partition('"bars:bybit')
    found = read(f'{head}"bars:bybit:linear:BTCUSDT": [{row.replace("D", "0" * 64)}]\n}}}}', tmp_path)
    with pytest.raises(Mismatch, match="is not a manifest of this program"):
        found.of(ONE, Kind.BARS)


def test_a_damaged_instrument_is_met_by_who_asks_for_it(tmp_path):
    document = json.loads(manifests.write_text(manifest_of({(ONE, Kind.BARS): ["2023-01"]})))
    document["instruments"][ONE.key]["tick_size"] = "x"
    found = read(json.dumps(document), tmp_path)
    assert ONE in found.instruments
    with pytest.raises(Mismatch):
        found.instruments[ONE]


def test_a_file_name_tells_its_series():
    for series in (ONE, TWO):
        assert series_of(file_name(series, Kind.MARK, "2023-01", "0" * 64)) == series
