"""What the command line does not understand is a finding like any other: exit 2, what, and where to read more."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest
from command_line import Said, Trade, finish, spawn

from trade.base.errors import EXIT_BUG, EXIT_MALFORMED
from trade.play import lookup

WRONG = [
    ("foo", "no such command 'foo'", "trade --help"),
    ("backtest rum", "did you mean 'run'", "trade backtest --help"),
    ("backtest run", "missing argument 'PLAY'", "trade backtest run --help"),
    ("backtest run sample --jsn", "no such option: --jsn", "trade backtest run --help"),
    ("backtest run sample --max-missing much", "'--max-missing'", "trade backtest run --help"),
    ("runs list extra", "unexpected extra argument", "trade runs list --help"),
    ("runs list --sort luck", "--sort 'luck' is no order", "sort by return, drawdown, sharpe"),
    ("runs prune", "nothing says which runs to remove", "give --keep N, --older-than TIME, or both"),
    ("runs show a b c", "no run 'a'", "trade runs list"),
    ("backtest list", "'trade backtest list' looks at kept runs", "write 'trade runs list"),
    ("backtest show 3f2a", "'trade backtest show' looks at kept runs", "write 'trade runs show 3f2a"),
    ("backtest verify last --out kept", "'trade backtest verify' looks at kept runs", "write 'trade runs verify last --out kept"),
    ("data import x.csv", "missing option '--symbol'", "trade data import --help"),
    ("data sql x --limit 0", "greater than or equal to 1", "trade data sql --help"),
    ("bench W9", "no workload 'W9'", "W1, W2, W3, W4, W5"),
    ("bench W1 --bars nowhere.parquet", "no file 'nowhere.parquet'", "--bars"),
]


@pytest.mark.parametrize(("words", "fact", "hint"), WRONG)
def test_a_wrong_command_line_is_refused_in_words(words: str, fact: str, hint: str, trade: Trade) -> None:
    said = trade(*words.split())
    assert (said.code, said.out) == (EXIT_MALFORMED, "")
    assert fact.lower() in said.err.lower()
    assert hint in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("words", "fact", "hint"), WRONG)
def test_a_wrong_command_line_is_refused_in_json(words: str, fact: str, hint: str, trade: Trade) -> None:
    said = trade(*words.split(), "--json")
    [finding] = said.json["findings"]
    assert (said.code, said.json["status"], said.json["exit_code"]) == (EXIT_MALFORMED, "refused", EXIT_MALFORMED)
    assert fact.lower() in finding["fact"].lower() or "--json" in finding["fact"]
    assert finding["hint"]


@pytest.mark.parametrize("words", ["", "backtest", "play", "data"])
def test_a_noun_alone_shows_its_help(words: str, trade: Trade) -> None:
    said = trade(*words.split())
    assert said.code == EXIT_MALFORMED
    assert said.err.startswith(f"Usage: trade {words}".rstrip())
    assert "Commands:" in said.err


def test_help_and_version_go_to_stdout(trade: Trade) -> None:
    assert trade("--help").out.startswith("Usage: trade")
    assert trade("--version").out.startswith("trade ")
    assert (trade("--help").code, trade("--version").code) == (0, 0)


def test_our_own_bug_is_one_line_and_a_trace_file(trade: Trade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(lookup, "list_plays", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = trade("play", "list")
    assert (said.code, said.out) == (EXIT_BUG, "")
    assert "[bug] ZeroDivisionError: two lines" in said.err
    assert "Traceback" not in said.err
    [trace] = tmp_path.iterdir()
    assert str(trace) in said.err
    assert "Traceback" in trace.read_text()
    assert trade("play", "list", "--json").json["findings"][0]["code"] == "bug"


def test_our_own_bug_is_told_even_where_no_trace_can_be_written(trade: Trade, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lookup, "list_plays", lambda _: 1 // 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    said = trade("play", "list")
    assert said.code == EXIT_BUG
    assert "no trace file" in said.err
    assert "test_usage_errors.py" in said.err


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EROFS, "read-only"), (errno.EACCES, "no-permission")],
)
def test_what_the_machine_refuses_is_one_line(number: int, code: str, trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(number, os.strerror(number), "/some/where")

    monkeypatch.setattr(lookup, "list_plays", refuse)
    said = trade("play", "list", "--json")
    assert (said.code, said.codes) == (1, [code])
    assert "'/some/where'" in said.json["findings"][0]["fact"]


@pytest.mark.parametrize("words", [["play", "list"], ["play", "schema"], ["play", "list", "--json"], ["--help"]])
def test_a_full_disk_behind_stdout_is_one_error(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        said = finish(spawn(*words, stdout=full))
    assert said.code == 1
    assert said.err.count("[disk-full]") == 1
    assert "Traceback" not in said.err


def unread(*words: str, script: str = "") -> Said:
    """Run a command whose stdout nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn(*words, stdout=writing, script=script)
    os.close(writing)
    return finish(process)


@pytest.mark.parametrize(
    "words",
    ["play list", "play list --json", "play schema", "play show sample", "--help", "--version", "data patterns", "backtest run --help"],
)
def test_a_command_that_nobody_reads_to_its_end_is_done(words: str) -> None:
    said = unread(*words.split())
    assert (said.code, said.err) == (0, "")


def test_a_reader_that_goes_away_in_the_middle_is_no_error_either() -> None:
    with spawn("data", "sql", "SELECT range, range * 2 FROM range(50000)", "--limit", "50000") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(120)
        assert process.stderr is not None
        assert (process.returncode, process.stderr.read()) == (0, "")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_refusal_that_nobody_reads_keeps_its_code(form: list[str]) -> None:
    assert unread("play", "show", "nowhere", *form).code == 2


@pytest.mark.parametrize("words", [["play", "list"], ["backtest"], ["play", "show", "nowhere"]])
def test_closed_streams_end_without_a_traceback(words: list[str]) -> None:
    told = "import os; reading, writing = os.pipe(); os.close(reading); os.dup2(writing, 2)"
    assert unread(*words, script=told).code == (0 if words == ["play", "list"] else 2)


def test_a_pipe_to_somewhere_else_that_breaks_is_an_error(monkeypatch: pytest.MonkeyPatch, trade: Trade) -> None:
    def broken(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("trade.play.lookup.list_plays", broken)
    assert trade("play", "list").code == 70


def test_a_pipe_that_is_read_to_its_end_is_no_error() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cat:
        said = finish(spawn("play", "list", stdout=cat.stdin))
        assert "\nsample " in cat.communicate()[0]
    assert (said.code, said.err) == (0, "")


def test_no_stdout_at_all_is_no_error() -> None:
    assert finish(spawn("play", "list", script="sys.stdout = None")).code == 0


def test_a_letter_that_the_terminal_lacks_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "наклон.yml").write_text("version: '3.0.0'\n")
    said = finish(spawn("play", "list", "--plays", tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"}))
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1].startswith("\\u043d")


def test_square_brackets_in_a_name_are_printed_as_they_are(trade: Trade, tmp_path: Path) -> None:
    (tmp_path / "[bold]x[red].yml").write_text("a: 1\n")
    assert trade("play", "list", "--plays", tmp_path).out.splitlines()[1].startswith("[bold]x[red]  ")
    assert "[bold]x[red].yml" in trade("play", "validate", tmp_path / "[bold]x[red].yml").err


def test_an_empty_folder_of_plays_is_told_apart_from_a_result(trade: Trade, tmp_path: Path) -> None:
    said = trade("play", "list", "--plays", tmp_path)
    assert (said.code, said.out) == (0, "")
    assert "no Plays in" in said.err
    assert trade("play", "list", "--plays", tmp_path, "--quiet").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("runs", "show", "x" * 300),
        ("runs", "list", "--out", "x" * 300),
        ("backtest", "run", "x" * 300),
        ("data", "info", "--db", "x" * 300),
        ("play", "validate", "x" * 300),
        ("play", "list", "--plays", "x" * 300),
        ("backtest", "run", "sample", "--symbol", "\udcff"),
        ("backtest", "run", "sample", "--symbols", "\udcff,A"),
        ("backtest", "preflight", "sample", "--symbol", "\udcff"),
        ("data", "sql", "select 1 \udcff"),
        ("backtest", "run", "sample", "--set", "a." * 3000 + "a=1"),
        ("backtest", "run", "sample", "--set", f"actions.entry_long.all[{'1' * 5000}]=1"),
    ],
    ids=lambda words: " ".join(words)[:30].encode("ascii", "replace").decode(),
)
def test_words_that_no_machine_can_follow_are_no_fault_of_ours(words: tuple[str, ...], trade: Trade, tmp_path: Path) -> None:
    db = () if words[0] in ("runs", "play") or "--db" in words else ("--db", str(tmp_path))
    said = trade(*words, *db, "--json")
    assert said.code in (1, 2)
    assert said.json["findings"][0]["code"] != "bug"
