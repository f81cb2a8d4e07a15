"""Plays as files: finding them, the examples, the schema for editors, and a light import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from json_schema import Judge
from play_catalogue import CATALOGUE, FULL

from trade.base.errors import Malformed
from trade.dsl.schema import rules_schema
from trade.play.lookup import SHIPPED, find_play, list_plays, spread
from trade.play.models import TOP_LEVEL
from trade.play.read import read_play
from trade.play.schema import json_schema

_EXAMPLES = Path(__file__).parents[2] / "configs" / "plays"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ema_cross.yml", "deep/rsi.yaml", "deep/same.yml", "other/same.yml", "_hidden.yml", ".git/x.yml", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("version: '3.0.0'\n")
    return tmp_path


def test_plays_are_listed_through_all_folders(folder: Path) -> None:
    assert [path.relative_to(folder).as_posix() for path in list_plays(folder)] == [
        "deep/rsi.yaml",
        "deep/same.yml",
        "ema_cross.yml",
        "other/same.yml",
    ]
    assert list_plays(folder / "nowhere") == ()


@pytest.mark.parametrize("name", ["rsi", "rsi.yaml", "deep/rsi", "deep/rsi.yaml"])
def test_a_play_is_found_by_name_or_by_path_inside_the_folder(folder: Path, name: str) -> None:
    assert find_play(name, folder) == folder / "deep" / "rsi.yaml"


def test_a_play_is_found_by_path(folder: Path) -> None:
    path = folder / "_hidden.yml"
    assert find_play(str(path), folder) == path


def test_an_unknown_play_is_answered_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(Malformed) as refused:
        find_play("ema_cros", folder)
    assert "`ema_cross`" in refused.value.findings[0].hint
    with pytest.raises(Malformed) as refused:
        find_play("deep/rsj.yml", folder)
    assert "`rsi`" in refused.value.findings[0].hint


def test_a_name_that_fits_two_plays_is_refused(folder: Path) -> None:
    with pytest.raises(Malformed) as refused:
        find_play("same", folder)
    assert refused.value.findings[0].code == "ambiguous-play"
    assert "deep/same.yml, other/same.yml" in refused.value.findings[0].fact
    assert find_play("deep/same", folder) == folder / "deep" / "same.yml"


def test_what_comes_with_the_program_is_found_from_every_folder_after_what_is_in_it(folder: Path) -> None:
    assert find_play("sample", folder) == SHIPPED / "sample.yml"
    own = folder / "deep" / "sample.yml"
    own.write_text("version: '3.0.0'\n")
    assert find_play("sample", folder) == own


def test_what_comes_with_the_program_is_the_example_of_the_same_name() -> None:
    same = {path.name for path in list_plays(SHIPPED)} & {path.name for path in list_plays(_EXAMPLES)}
    assert same == {"sample.yml"}
    for name in same:
        assert (SHIPPED / name).read_bytes() == (_EXAMPLES / name).read_bytes()


def test_a_folder_stands_for_every_play_below_it(folder: Path) -> None:
    below = ["deep/rsi.yaml", "deep/same.yml", "ema_cross.yml", "other/same.yml"]
    assert list(spread(["ema_cross", str(folder), "nowhere"], folder)) == ["ema_cross", *(str(folder / name) for name in below), "nowhere"]


def test_a_play_comes_before_a_folder_of_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "rsi").mkdir()
    (folder / "rsi" / "other.yml").write_text("version: '3.0.0'\n")
    assert list(spread(["rsi"], folder)) == ["rsi"]
    assert list(spread(["./rsi"], folder)) == ["rsi/other.yml"]


def test_a_folder_where_one_play_is_wanted_is_answered_with_the_plays_in_it(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        find_play(str(folder / "other"), folder)
    assert (
        refused.value.findings[0].hint
        == f"name a Play: {folder / 'other' / 'same.yml'}; 'trade backtest run --plays {folder / 'other'}' runs all"
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(Malformed) as refused:
        find_play(str(tmp_path / "empty"), folder)
    assert refused.value.findings[0].fact.endswith("is a folder without a Play")


@pytest.mark.parametrize("path", sorted(_EXAMPLES.rglob("*.yml")), ids=lambda path: path.stem)
def test_the_examples_load_without_a_word(path: Path) -> None:
    draft, findings = read_play(path, CATALOGUE)
    assert not findings
    assert draft.play is not None
    assert draft.play.name == path.stem


def test_the_schema_knows_every_key_and_the_catalogue() -> None:
    schema = json_schema(CATALOGUE, rules_schema())
    assert set(schema["properties"]) == set(TOP_LEVEL)
    assert set(schema["required"]) == {"version", "actions"}
    assert schema["additionalProperties"] is False
    feature = schema["$defs"]["FeatureFile"]
    assert feature["properties"]["indicator"]["anyOf"][0] == {"enum": list(CATALOGUE.indicators)}
    bbands = next(rule["then"] for rule in feature["allOf"] if rule["if"]["properties"]["indicator"]["const"] == "bbands")
    assert bbands["properties"]["params"]["properties"]["std"]["default"] == 2.0
    assert json.loads(json.dumps(schema)) == schema


def test_the_schema_offers_defaults_and_words() -> None:
    definitions = json_schema(CATALOGUE, rules_schema())["$defs"]
    assert definitions["AccountFile"]["properties"]["slippage_bps"]["default"] == 2
    assert definitions["FeeModel"]["properties"]["taker_bps"]["default"] == 5.5
    assert definitions["ExecutionFile"]["properties"]["intrabar"]["anyOf"][0]["anyOf"][0]["enum"] == ["worst", "path"]
    assert definitions["AccountFile"]["additionalProperties"] is False


def test_a_word_in_any_case_that_loads_is_marked_by_no_editor() -> None:
    timeframe = json_schema(CATALOGUE, rules_schema())["$defs"]["TimeframesFile"]["properties"]["low_tf"]
    assert [Judge(timeframe).refuses(word) for word in ("15m", "15M", "4H", "d", "M")] == [False] * 5
    assert [Judge(timeframe).refuses(word) for word in ("1M", "7m", "15m ")] == [True] * 3  # a month is no minute


def test_the_schema_has_the_keys_of_a_whole_play() -> None:
    schema = json_schema(CATALOGUE, rules_schema())
    assert set(FULL) <= set(schema["properties"])
    assert set(FULL["account"]) <= set(schema["$defs"]["AccountFile"]["properties"])


def test_reading_plays_imports_nothing_heavy() -> None:
    heavy = ("pandas", "numba", "pyarrow", "duckdb", "talib", "rich")
    code = "import sys, trade.play.read, trade.play.schema, trade.play.dump, trade.play.lookup\n"
    code += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_in_a_folder_that_is_named_no_play_of_the_program_is_found(folder: Path) -> None:
    assert find_play("bollinger_fade", folder).parent == SHIPPED
    with pytest.raises(Malformed) as refused:
        find_play("bollinger_fade", folder, only_there=True)
    assert refused.value.findings[0].code == "unknown-play"
