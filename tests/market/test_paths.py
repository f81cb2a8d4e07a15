"""A store works under any name and in any locale; where it cannot, it says why, and never that the data are damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from market_tables import bar_lines

LOCALES = {
    "c": {"LC_ALL": "C"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "posix": {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "utf8": {"LC_ALL": "C.UTF-8"},
}


def trade(folder, locale, *words):
    """Run a command in a folder, in a locale, on the store `dätä`; return its exit code and its document."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHONUTF8"))}
    command = [sys.executable, "-m", "trade", *words, "--json"]
    done = subprocess.run(command, cwd=folder, env=env | LOCALES[locale], capture_output=True)
    return done.returncode, json.loads(done.stdout or b"{}")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_store_with_letters_beyond_ascii_works_in_any_locale(locale, tmp_path):
    (tmp_path / "märkte.csv").write_text("\n".join(bar_lines(100)) + "\n")
    db = ("--db", "dätä")
    code, said = trade(tmp_path, locale, "data", "import", "märkte.csv", "--symbol", "BTCUSDT", *db)
    assert (code, said["rows_new"]) == (0, 100)
    words = ("--from", "2023-01-01T00:10", "--to", "2023-01-01T00:20")
    assert trade(tmp_path, locale, "data", "delete", "generic:linear:BTCUSDT", *words, "--yes", *db)[1]["rows_deleted"] == 10
    gap = ("--reason", "Störung", *words)
    assert trade(tmp_path, locale, "data", "accept-gap", "BTCUSDT", *gap, *db)[0] == 0
    [_, accepted] = trade(tmp_path, locale, "data", "journal", *db)[1]["entries"]
    assert accepted["result"] == "Störung"
    code, said = trade(tmp_path, locale, "data", "check", *db)
    assert (code, [finding["code"] for finding in said["findings"]]) == (0, ["accepted-gaps", "no-funding"])
    assert trade(tmp_path, locale, "data", "sql", "SELECT count(*) FROM bars", *db)[1]["rows"] == [[90]]
    for name in ("äus.csv", "äus.parquet"):
        assert trade(tmp_path, locale, "data", "export", "BTCUSDT", "--to-file", name, *db)[1]["rows"] == 90
        code, said = trade(tmp_path, locale, "data", "import", name, "--symbol", "BTCUSDT", *db)
        assert (code, said["duplicates_agreeing"]) == (0, 90)


def test_a_name_that_is_no_text_is_not_called_damage(tmp_path):
    store = os.fsencode(tmp_path) + b"/d\xe4t\xe4"
    try:
        Path(os.fsdecode(store)).mkdir()
    except OSError:
        pytest.skip("this file system takes no such names")
    (tmp_path / "bars.csv").write_text("\n".join(bar_lines(100)) + "\n")
    assert trade(tmp_path, "utf8", "data", "import", "bars.csv", "--symbol", "BTCUSDT", "--db", "plain")[0] == 0
    inside = (tmp_path / "plain").rename(os.fsdecode(store + b"/in"))
    code, said = trade(tmp_path, "utf8", "data", "sql", "SELECT count(*) FROM bars", "--db", inside)
    [finding] = said["findings"]
    assert (code, finding["code"]) == (1, "path-not-utf8")
    assert "delete" not in finding["hint"]
    (tmp_path / "linked").symlink_to(inside)
    code, said = trade(tmp_path, "utf8", "data", "check", "--db", "linked")
    assert (code, [finding["code"] for finding in said["findings"]]) == (0, ["no-funding"])
