"""A Tab is answered in the form its shell reads, with names that exist, and never with a message."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import ROOT, Said, finish, spawn

from trade.cli import app, completing
from trade.market.names import Series
from trade.synthetic.sample import ensure_sample

Tab = Callable[..., list[str]]
FORMS = {
    "bash": lambda line: {"COMP_WORDS": "\n".join(line.split(" ")), "COMP_CWORD": str(len(line.split(" ")) - 1)},
    "zsh": lambda line: {"_TYPER_COMPLETE_ARGS": line},
    "fish": lambda line: {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


def asked(shell: str, line: str, cwd: Path = ROOT, **more: str) -> Said:
    """Press Tab at the end of a line, as the function of the shell does it."""
    return finish(spawn(env={**os.environ, "_TRADE_COMPLETE": f"complete_{shell}", **FORMS[shell](line), **more}, cwd=cwd))


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Tab:
    """Return a function that presses Tab in an empty folder, in this process, and returns the words that bash gets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["trade"])

    def press(line: str) -> list[str]:
        for name, value in {"_TRADE_COMPLETE": "complete_bash", **FORMS["bash"](line)}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit):
            app.main()
        said = capsys.readouterr()
        assert said.err == ""
        return said.out.split()

    return press


@pytest.mark.parametrize(
    ("shell", "answer"),
    [
        ("bash", "preflight\n"),
        ("zsh", '_arguments \'*: :(("preflight":"Ask the gates only\\\\: is the Play sound,..."))\'\n'),
        ("fish", "preflight\tAsk the gates only: is the Play sound,...\n"),
    ],
)
def test_every_shell_gets_the_answer_it_reads(shell: str, answer: str) -> None:
    said = asked(shell, "trade backtest pre")
    assert (said.code, said.out, said.err) == (0, answer, "")


def test_fish_is_told_whether_there_is_anything_to_offer() -> None:
    assert asked("fish", "trade play show sam", _TYPER_COMPLETE_FISH_ACTION="is-args").code == 0
    nothing = asked("fish", "trade play show zzz", _TYPER_COMPLETE_FISH_ACTION="is-args")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_function_that_bash_is_given_completes(tmp_path: Path) -> None:
    command = tmp_path / "trade"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from trade.cli.app import main; main()" "$@"\n')
    command.chmod(0o755)
    script = 'eval "$(_TRADE_COMPLETE=source_bash trade)"; COMP_WORDS=(trade play show s); COMP_CWORD=3; _trade_completion trade'
    script += '; echo "${COMPREPLY[@]}"'
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "--norc", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "sample session_momentum supertrend_follow swing_break\n", "")


def test_plays_of_the_folder_and_of_the_program_are_offered(tab: Tab, tmp_path: Path) -> None:
    for name in ("mine.yml", "deep/other.yaml", "_draft.yml"):
        path = tmp_path / "configs" / "plays" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert {"deep/other", "mine", "sample", "swing_break"} < set(tab("trade backtest run "))
    assert tab("trade backtest preflight mi") == ["mine"]
    assert tab("trade play validate mine de") == ["deep/other"]
    assert tab("trade play show --plays configs/plays/deep o") == ["other"]
    assert tab("trade backtest run configs/") == []  # a path: the shell completes it


def test_runs_are_offered_by_their_id(tab: Tab, tmp_path: Path) -> None:
    for name in (
        "artifacts/p/S/1ab2/result.json",
        "artifacts/p/S/1cd3/result.json",
        "artifacts/.staging/x/1ef4/result.json",
        "kept/p/S/9/result.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert tab("trade runs show ") == ["1ab2", "1cd3"]
    assert tab("trade runs verify 1c") == ["1cd3"]
    assert tab("trade runs verify --out kept ") == ["9"]
    assert tab("trade runs list --play ") == ["p"]


def test_stored_symbols_are_offered_where_a_symbol_is_wanted(tab: Tab, tmp_path: Path) -> None:
    ensure_sample(tmp_path / "data")
    for command in ("run x --symbol", "preflight x --symbol"):
        assert tab(f"trade backtest {command} ") == ["SAMPLEUSDT"]
    for command in ("info", "export", "gaps", "calendar", "rules", "accept-gap", "check --symbol", "heal --symbol", "sync --symbol"):
        assert tab(f"trade data {command} ") == ["SAMPLEUSDT"], command
    assert tab("trade data delete ") == ["sample:linear:SAMPLEUSDT"]
    assert tab("trade data info --db elsewhere ") == []


def test_a_symbol_that_is_stored_twice_is_offered_in_full(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [Series("a", "spot", "XUSDT"), Series("b", "spot", "XUSDT"), Series("b", "spot", "YUSDT")]
    monkeypatch.setattr(completing, "_stored", lambda _: stored)
    assert tab("trade data info ") == ["YUSDT", "a:spot:XUSDT", "b:spot:XUSDT"]


def test_a_symbol_in_full_is_completed_behind_the_colon_at_which_bash_breaks_it(tab: Tab, tmp_path: Path) -> None:
    ensure_sample(tmp_path / "data")
    for command in ("data delete", "data info", "backtest run x --symbol", "data delete --kind bars"):
        assert tab(f"trade {command} sample :") == ["linear:SAMPLEUSDT"]  # as bash hands over 'sample:'
        assert tab(f"trade {command} sample : lin") == ["linear:SAMPLEUSDT"]
        assert tab(f"trade {command} sample : linear : SAM") == ["SAMPLEUSDT"]
        assert tab(f"trade {command} other : linear :") == []
        assert tab(f"trade {command} sample:lin") == ["sample:linear:SAMPLEUSDT"]  # where bash is told not to break at colons
    assert tab("trade backtest run x --symbol sample : linear : SAMPLEUSDT --plays configs/plays --synthetic range_t") == ["range_tight"]
    assert tab("trade data export sample : linear : SAMPLEUSDT --to") == ["--to-file", "--to"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_tab_in_bash_itself_completes_a_symbol_in_full(tmp_path: Path) -> None:
    ensure_sample(tmp_path / "data")
    command = tmp_path / "trade"
    complete = f'exec {sys.executable} -c "from trade.cli.app import main; main()"'
    command.write_text(f'#!/bin/sh\n[ -z "$_TRADE_COMPLETE" ] || {complete}\necho "told: $*"\n')
    command.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TERM": "dumb"}
    typed = 'eval "$(_TRADE_COMPLETE=source_bash trade)"\ntrade data delete sample:\t\ntrade data delete sample:linear:S\t --yes\nexit\n'
    shell = ["bash", "--norc", "--noprofile", "-i"]
    done = subprocess.run(shell, input=typed, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["told: data delete sample:linear:SAMPLEUSDT", "told: data delete sample:linear:SAMPLEUSDT --yes"]


def test_patterns_are_offered_after_synthetic(tab: Tab) -> None:
    assert tab("trade backtest run sample --synthetic range_") == ["range_tight", "range_wide", "range_ascending", "range_descending"]


@pytest.mark.parametrize("name", ["manifest.json", "unreadable/manifest.json"])
def test_a_damaged_store_offers_nothing_and_says_nothing(name: str, tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert tab("trade data info ") == []
    assert tab(f"trade data info --db {path} ") == []


def test_a_tab_without_its_words_says_nothing() -> None:
    said = finish(spawn(env={**os.environ, "_TRADE_COMPLETE": "complete_bash"}))
    assert (said.code, said.out, said.err) == (1, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_is_shown_and_installed(shell: str, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }  # the options then take the shell's name
    for said in (
        finish(spawn("--show-completion", shell, env=env)),
        finish(spawn(env={**os.environ, "_TRADE_COMPLETE": f"source_{shell}"})),
    ):
        assert (said.code, said.err) == (0, "")
        assert f"_TRADE_COMPLETE=complete_{shell}" in said.out
    said = finish(spawn("--install-completion", shell, env=env))
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{shell} completion installed in {tmp_path}")


@pytest.mark.parametrize("line", ["trade ", "trade backtest run ", "trade backtest run sample --symbol ", "trade runs show "])
def test_nothing_heavy_is_loaded_for_a_tab(line: str) -> None:
    told = "print(sorted({'numba', 'pandas', 'duckdb', 'talib'} & set(sys.modules)), file=sys.stderr)"
    env = {**os.environ, "_TRADE_COMPLETE": "complete_fish", **FORMS["fish"](line)}
    assert finish(spawn(script=f"import atexit; atexit.register(lambda: {told})", env=env)).err == "[]\n"
