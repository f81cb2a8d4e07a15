"""Archives are unpacked as they are read: never onto the disk, never beyond what an honest one holds."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile

import pytest
from market_tables import bar_lines

from trade.base.errors import Malformed
from trade.files import csv_source, packed
from trade.market.store import Store

DATA = ("\n".join(bar_lines(3000)) + "\n").encode()


@pytest.fixture
def archive(tmp_path):
    def write(members, method=zipfile.ZIP_DEFLATED):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", method) as target:
            for name, data in members:
                target.writestr(name, data)
        return path

    return write


@pytest.fixture
def stored(tmp_path):
    def write(data, name="a.csv.gz"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def code(load_in, path):
    with pytest.raises(Malformed) as caught:
        load_in(path)
    return caught.value.findings[0].code


@pytest.mark.parametrize("name", ["../../escaped.csv", "/escaped.csv", "C:\\escaped.csv", "a/../../escaped.csv", "\x1b[2Jescaped.csv", ""])
def test_the_name_of_a_member_is_never_a_path(name, archive, load_in, tmp_path):
    path = archive([(name or "x", DATA)])
    before = {each for each in tmp_path.rglob("*") if "store" not in each.parts}
    assert load_in(path).rows_new == 3000
    assert {each for each in tmp_path.rglob("*") if "store" not in each.parts and not each.is_relative_to(tmp_path / "store")} == before
    assert not list(tmp_path.parent.glob("escaped.csv"))


def test_a_folder_beside_the_file_is_no_file(archive, load_in):
    assert load_in(archive([("folder/", b""), ("folder/a.csv", DATA)])).rows_new == 3000


@pytest.mark.parametrize("members", [[], [("a.csv", DATA), ("b.csv", DATA)], [("folder/", b"")]])
def test_any_other_number_of_files_than_one_is_refused(members, archive, load_in, db):
    assert code(load_in, archive(members)) == "archive-members"
    assert not db.exists()


def test_the_names_of_members_are_shown_without_control_characters(archive, load_in):
    with pytest.raises(Malformed) as caught:
        load_in(archive([("\x1b[2Ja", b""), ("b", b"")]))
    assert "\x1b" not in caught.value.findings[0].fact


def test_gzip_in_several_parts_is_one_file(stored, load_in):
    assert load_in(stored(gzip.compress(DATA[:5000]) + gzip.compress(DATA[5000:]))).rows_new == 3000


@pytest.mark.parametrize("length", [5, 15, 1000, -9, -1])
def test_a_gzip_file_that_is_cut_off_is_refused(length, stored, load_in, db):
    assert code(load_in, stored(gzip.compress(DATA)[:length])) == "archive-damaged"
    assert Store(db).series() == ()


@pytest.mark.parametrize("place", [200, 5000, -6])
def test_a_gzip_file_with_a_flipped_bit_is_refused(place, stored, load_in, db):
    data = bytearray(gzip.compress(DATA))
    data[place] ^= 1
    assert code(load_in, stored(bytes(data))) == "archive-damaged"
    assert Store(db).series() == ()


def test_rubbish_after_a_gzip_file_is_refused(stored, load_in):
    assert code(load_in, stored(gzip.compress(DATA) + b"rubbish")) == "archive-damaged"


@pytest.mark.parametrize("length", [10, 1000, -5])
def test_a_zip_file_that_is_cut_off_is_refused(length, archive, load_in):
    path = archive([("a.csv", DATA)])
    path.write_bytes(path.read_bytes()[:length])
    assert code(load_in, path) == "archive-damaged"


def test_a_zip_file_with_a_flipped_bit_is_refused(archive, load_in):
    path = archive([("a.csv", DATA)])
    data = bytearray(path.read_bytes())
    data[6000] ^= 1
    path.write_bytes(data)
    assert code(load_in, path) == "archive-damaged"


def test_a_zip_file_that_lies_about_its_size_is_refused(archive, load_in):
    path = archive([("a.csv", DATA)])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", len(DATA)), struct.pack("<L", 1000)))
    assert code(load_in, path) == "archive-damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_than_deflate_are_refused(method, archive, load_in):
    assert code(load_in, archive([("a.csv", DATA)], method)) == "archive-damaged"


def test_an_encrypted_member_is_refused(archive, load_in):
    path = archive([("a.csv", DATA)])
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert code(load_in, path) == "archive-damaged"


def test_an_archive_in_an_archive_is_no_text(stored, archive, load_in):
    assert code(load_in, stored(gzip.compress(gzip.compress(DATA)))) == "unreadable-file"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as target:
        target.writestr("a.csv", DATA)
    assert code(load_in, archive([("a.zip", inner.getvalue())])) == "unreadable-file"


def bomb(line, megabytes):
    """A gzip file of the header and the same megabyte of text over and over."""
    piece = (line * (1 + (1 << 20) // len(line)))[: 1 << 20]
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb") as file:
        file.write(bar_lines(2)[0].encode() + b"\n" + bar_lines(2)[1].encode() + b"\n")
        for _ in range(megabytes):
            file.write(piece)
    return target.getvalue()


@pytest.mark.parametrize("line", [b"0", b"\n", b"1672531200000,1,1,1,1,1\n"], ids=["one-line", "no-lines", "same-line"])
def test_a_bomb_is_refused_early_and_in_little_memory(line, stored, load_in, db, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 1 << 20)
    data = bomb(line, 50)
    tracemalloc.start()
    try:
        assert code(load_in, stored(data)) in ("archive-bursts", "unreadable-file")
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
    assert Store(db).series() == ()


def test_a_zip_bomb_is_refused(archive, load_in, db):
    path = archive([("a.csv", b"\n".join([bar_lines(2)[0].encode(), *[bar_lines(2)[1].encode()] * (1 << 20)]))])
    assert code(load_in, path) == "archive-bursts"
    assert Store(db).series() == ()


def test_no_archive_may_unpack_to_more_than_the_limit(stored, load_in, monkeypatch):
    monkeypatch.setattr(packed, "LARGEST_BYTES", len(DATA))
    assert load_in(stored(gzip.compress(DATA))).rows_new == 3000
    monkeypatch.setattr(packed, "LARGEST_BYTES", len(DATA) - 1)
    assert code(load_in, stored(gzip.compress(DATA))) == "archive-bursts"
