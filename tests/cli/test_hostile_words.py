"""What was stored or typed never commands the terminal, and no word on the command line hangs a command or breaks it."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Trade, finish, spawn

from trade.base.errors import EXIT_DATA_MISSING, EXIT_MALFORMED
from trade.base.findings import Finding, Place, Severity
from trade.cli import console
from trade.cli.sheet import Sheet

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\x08\x08\r\x7f\u202egnp.exe\u2066\x00"
WRITTEN = "\\x1b[31mred\\x1b]0;title\\x07\\x9b2J\\x08\\x08\\r\\x7f\\u202egnp.exe\\u2066\\x00"


class Pipe(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


class Terminal(Pipe):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[Pipe, Terminal])
def streams(request: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[io.StringIO, io.StringIO]:
    """Two streams to stand for stdout and stderr, once as files and once as a wide terminal."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("TERM", "xterm")
    return request.param(), request.param()


@contextmanager
def talking_to(streams: tuple[io.StringIO, io.StringIO]) -> Iterator[None]:
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        yield


def say_everything() -> None:
    from rich.text import Text

    sheet = Sheet(HOSTILE, "b")
    sheet.add(Text(HOSTILE, style="red"), HOSTILE)
    console.show(sheet)
    console.show(HOSTILE)
    console.say(HOSTILE)
    console.show_findings([Finding(HOSTILE, HOSTILE, HOSTILE, Severity.ERROR, Place(HOSTILE, 1, 1, HOSTILE))])


def test_nothing_that_is_shown_reaches_the_terminal_as_a_command(streams: tuple[io.StringIO, io.StringIO]) -> None:
    with talking_to(streams):
        say_everything()
        if streams[0].isatty():
            console.write(HOSTILE)
    for stream in streams:
        text = stream.getvalue()
        assert text.count("gnp.exe") >= 4
        own = text.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[1;31m", "").replace("\x1b[31m", "")
        unseen = {c for c in own if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) in (0x202E, 0x2066))}
        assert unseen == set(), text


def test_what_would_command_is_written_out_and_all_else_is_as_it_was() -> None:
    assert console.visible(HOSTILE) == WRITTEN
    assert console.visible("naïve — 価格 😀\tx\n") == "naïve — 価格 😀\tx\n"


def test_a_document_is_the_same_document_without_a_single_command(streams: tuple[io.StringIO, io.StringIO]) -> None:
    console.configure(as_json=True)
    with talking_to(streams):
        console.emit({HOSTILE: [HOSTILE, "é"]})
    text = streams[0].getvalue()
    assert json.loads(text) == {HOSTILE: [HOSTILE, "é"]}
    assert {c for c in text if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) == 0x202E} == {"\n"}
    assert "é" in text


def test_a_play_may_say_anything_and_its_text_is_shown_written_out(trade: Trade, tmp_path: Path) -> None:
    play = tmp_path / "p.yml"
    play.write_text(SAMPLE.read_text().replace("description: ", 'description: "\\e[31m" # '))
    shown = trade("play", "show", play)
    assert (shown.code, "\x1b" in shown.out + shown.err) == (0, False)
    play.write_text(SAMPLE.read_text().replace("rsi_14, ", '"\\e[2J\\u009b", '))
    for words in (("--json",), ()):
        said = trade("play", "validate", play, *words)
        assert (said.code, {"\x1b", "\x9b"} & set(said.out + said.err)) == (EXIT_MALFORMED, set())


NUMBERS = [
    ("data", "import", "FILE", "--symbol", "X", "--tick", "1e-999999999"),
    ("data", "import", "FILE", "--symbol", "X", "--tick", "1e999999999"),
    ("data", "import", "FILE", "--symbol", "X", "--step", "0e-999999999"),
    ("data", "import", "FILE", "--symbol", "X", "--step", "nan"),
    ("data", "rules", "SAMPLEUSDT", "--from", "2025-01-01", "--tick", "1e-999999999"),
    ("data", "rules", "SAMPLEUSDT", "--from", "2025-01-01", "--min-notional", "1e999999999"),
    ("backtest", "run", SAMPLE, "--max-missing", "nan"),
    ("backtest", "run", SAMPLE, "--max-missing", "1e999999999"),
    ("backtest", "run", SAMPLE, "--max-gap", "9" * 5000 + "d"),
    ("backtest", "run", SAMPLE, "--max-gap", "9" * 30 + "d"),
    ("backtest", "run", SAMPLE, "--max-gap", "٣d"),
    ("backtest", "run", SAMPLE, "--from", "9" * 5000),
    ("backtest", "run", SAMPLE, "--synthetic", "--seed", "9" * 30),
    ("backtest", "run", SAMPLE, "--synthetic", "--bars", "9" * 30),
    ("data", "sync", "--symbol", "X", "--days", "9" * 30),
]


@pytest.mark.parametrize("words", NUMBERS, ids=lambda words: " ".join(map(str, words[2:]))[-40:])
def test_a_number_that_is_none_is_refused_on_the_command_line(words: tuple[Any, ...], trade: Trade, tmp_path: Path) -> None:
    file = tmp_path / "bars.csv"
    file.write_text("ts_open_ms,open,high,low,close,volume\n" + "".join(f"{n * 60_000},1,1,1,1,1\n" for n in range(5)))
    said = trade(*(file if word == "FILE" else word for word in words), "--db", tmp_path / "db", "--json")
    assert said.code in (EXIT_MALFORMED, EXIT_DATA_MISSING)
    assert all(len(finding["fact"]) < 300 for finding in said.json["findings"])


@pytest.mark.parametrize("edges", [("9999-12-30", "9999-12-31"), ("9999-12-31", "9999-12-31T23:59"), ("0001-01-01", "0001-01-02")])
def test_the_ends_of_all_calendars_are_windows_without_history(edges: tuple[str, str], trade: Trade, tmp_path: Path) -> None:
    words = ("--from", edges[0], "--to", edges[1], "--db", tmp_path / "db", "--out", tmp_path / "out", "--json")
    assert trade("backtest", "run", SAMPLE, *words).code in (EXIT_MALFORMED, EXIT_DATA_MISSING)


@pytest.mark.parametrize("command", [("play", "validate"), ("backtest", "run"), ("data", "import", "--symbol", "X")])
@pytest.mark.parametrize("what", ["pipe.yml", "folder.yml", "device.yml"])
def test_a_path_that_is_no_plain_file_is_refused_by_its_kind(command: tuple[str, ...], what: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "device.yml").symlink_to("/dev/zero")
    process = spawn(*command, tmp_path / what, "--json", cwd=tmp_path)
    try:
        process.wait(timeout=60)  # a reader of a pipe without a writer waits for ever
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    said = finish(process)
    is_looked_into = what == "folder.yml" and command[0] != "data"
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["unknown-play" if is_looked_into else "unreadable-file"])
    assert what.removesuffix(".yml") in said.json["findings"][0]["fact"]
