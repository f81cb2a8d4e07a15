"""Several values, symbols and windows are several runs in one table; a refused one refuses no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Trade

from trade.base.errors import Malformed
from trade.play.overrides import parse_overrides
from trade.run.request import Request
from trade.run.variants import variants

REQUEST = Request(play=Path("p.yml"), out=Path("out"))


def test_every_choice_meets_every_other_in_the_order_typed() -> None:
    found = variants(REQUEST, [parse_overrides("a=1,2"), parse_overrides("b=3"), parse_overrides("c=4,5")], ["X", "Y"])
    chosen = [tuple(each.chosen.values()) for each in found]
    assert list(found[0].chosen) == ["symbol", "a", "c"]  # what has one value is no column
    assert chosen == [(s, a, c) for s in "XY" for a in "12" for c in "45"]
    assert [str(one) for one in found[0].request.overrides] == ["a=1", "b=3", "c=4"]


def test_windows_take_the_place_of_the_edges() -> None:
    found = variants(REQUEST, [], [], [(0, 60_000), (60_000, 120_000)])
    assert [(each.request.from_ms, each.request.to_ms) for each in found] == [(0, 60_000), (60_000, 120_000)]
    assert [each.chosen["window"] for each in found] == ["1970-01-01..1970-01-01T00:01", "1970-01-01T00:01..1970-01-01T00:02"]


def test_more_runs_than_anybody_reads_are_refused_before_the_first() -> None:
    with pytest.raises(Malformed) as refused:
        variants(REQUEST, [parse_overrides(f"{name}=" + ",".join(map(str, range(40)))) for name in "ab"])
    assert refused.value.findings[0].fact == "these choices are '1,600' runs, more than '1,000'"


def test_a_value_that_is_set_gives_the_run_of_the_play_that_says_so(trade: Trade, market: Path, tmp_path: Path) -> None:
    play = tmp_path / "sample.yml"
    play.write_text(SAMPLE.read_text().replace("stop_loss_pct: 8", "stop_loss_pct: 6"))
    words = ("--from", "2025-02-01", "--to", "2025-02-20", "--db", market, "--out", tmp_path / "out", "--json")
    said = trade("backtest", "run", SAMPLE, "--set", "risk.stop_loss_pct=6", *words).json
    written = trade("backtest", "run", play, *words).json
    assert (said["run_id"], said["run_hash"], written["existed"]) == (written["run_id"], written["run_hash"], True)
    assert trade("runs", "verify", "last", "--db", market, "--out", tmp_path / "out").code == 0


def test_several_runs_are_one_table_and_one_document(trade: Trade, market: Path, tmp_path: Path) -> None:
    words = ("--set", "risk.stop_loss_pct=6,8", "--windows", "2025-02,2024", "--db", market, "--out", tmp_path / "out")
    said = trade("backtest", "run", SAMPLE, *words)
    assert said.code == 3
    head, *rows = said.out.splitlines()
    assert head.split()[:3] == ["window", "risk.stop_loss_pct", "return"]
    assert [row.split()[-1] for row in rows] == ["completed"] * 2 + ["no-history"] * 2
    document = trade("backtest", "run", SAMPLE, *words, "--json").json
    assert (document["status"], document["exit_code"]) == ("refused", 3)
    assert [run["status"] for run in document["runs"]] == ["completed", "completed", "refused", "refused"]
    assert [run["chosen"]["risk.stop_loss_pct"] for run in document["runs"]] == ["6", "8", "6", "8"]
    assert [run["run_id"] for run in document["runs"][:2]] == [row.split()[-2] for row in rows[:2]]
    assert [run["existed"] for run in document["runs"][:2]] == [True, True]


@pytest.mark.parametrize(
    ("words", "code", "fact"),
    [
        (("--symbol", "A", "--symbols", "A,B"), "bad-options", "--symbol and --symbols say the same in two ways"),
        (("--from", "2025-01-01", "--windows", "2025"), "bad-options", "--from and --to and --windows say the same in two ways"),
        (("--windows", "2025-13"), "bad-time", "--windows '2025-13' is no window"),
        (("--windows", "2025-02..2025-01"), "bad-time", "--windows '2025-02..2025-01' is no window"),
        (("--windows", "2025-02-02..2025-02-01"), "bad-time", "ends before it begins"),
        (("--windows", "spring"), "bad-time", "--windows 'spring' is no window"),
        (("--symbols", "A,,B"), "usage", "--symbols 'A,,B' has an empty place"),
    ],
)
def test_choices_that_mean_nothing_are_refused(trade: Trade, words: tuple[str, ...], code: str, fact: str) -> None:
    finding = trade("backtest", "run", SAMPLE, *words, "--json").json["findings"][0]
    assert finding["code"] == code
    assert fact in finding["fact"]


def test_preflight_looks_at_one_choice(trade: Trade, market: Path) -> None:
    words = ("backtest", "preflight", SAMPLE, "--db", market, "--json")
    assert trade(*words, "--set", "risk.stop_loss_pct=6").json["status"] == "passed"
    assert trade(*words, "--set", "risk.stop_loss_pct=6,8").codes == ["bad-options"]


def test_what_is_said_of_several_runs_is_said_once(trade: Trade, market: Path, tmp_path: Path) -> None:
    words = ("--from", "2025-01-02", "--to", "2025-02-05", "--set", "risk.stop_loss_pct=6,8", "--db", market, "--out", tmp_path / "out")
    said = trade("backtest", "run", SAMPLE, *words)
    assert (said.code, said.err.count("[late-start]")) == (0, 1)
    document = trade("backtest", "run", SAMPLE, *words, "--json").json
    assert [finding["code"] for finding in document["findings"]] == ["late-start"]
    assert [[finding["code"] for finding in run["findings"]] for run in document["runs"]] == [["late-start"]] * 2


def test_a_path_that_is_set_twice_is_refused_and_a_value_that_is_given_twice_is_one() -> None:
    with pytest.raises(Malformed) as refused:
        variants(REQUEST, [parse_overrides("a=1,2"), parse_overrides("a=3")])
    assert (refused.value.findings[0].code, refused.value.findings[0].hint) == ("bad-set", "give its values together: --set a=A,B")
    assert len(variants(REQUEST, [parse_overrides("a=3,3,4")])) == 2


def test_ctrl_c_tells_which_runs_are_done_and_kept(market: Path, tmp_path: Path, trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    from trade.run import variants as module

    done: list[Any] = []

    def interrupted_at_the_third(*words: Any) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(honest(*words))
        return done[-1]

    honest = module.run_backtest
    monkeypatch.setattr(module, "run_backtest", interrupted_at_the_third)
    words = ("--from", "2025-02-01", "--to", "2025-02-20", "--set", "risk.stop_loss_pct=4,5,6,7", "--db", market, "--out", tmp_path / "out")
    said = trade("backtest", "run", SAMPLE, *words, "--json")
    assert (said.code, said.json["exit_code"], said.json["status"]) == (130, 130, "interrupted")
    assert len(said.json["runs"]) == 2
    assert said.json["findings"][-1]["fact"] == "interrupted; 2 of 4 runs are done, and those that completed are kept"
    assert len(trade("runs", "list", "--out", tmp_path / "out", "--json").json["runs"]) == 2


def folder_of_plays(tmp_path: Path, *, broken: bool) -> Path:
    """Return a folder of two Plays on the sample market, and of a broken one between them if asked."""
    folder = tmp_path / "mine"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.yml").write_text(SAMPLE.read_text())
    (folder / "deep" / "c.yml").write_text(SAMPLE.read_text().replace("stop_loss_pct: 8", "stop_loss_pct: 6"))
    (folder / "_draft.yml").write_text("no: play\n")
    if broken:
        (folder / "b.yml").write_text("no: play\n")
    return folder


SHORT = ("--from", "2025-02-01", "--to", "2025-02-20")


def test_a_folder_of_plays_is_one_table_and_a_broken_play_refuses_no_other(trade: Trade, market: Path, tmp_path: Path) -> None:
    folder, kept = folder_of_plays(tmp_path, broken=True), ("--db", market, "--out", tmp_path / "out")
    said = trade("backtest", "run", "--plays", folder, *SHORT, *kept)
    assert said.code == 2
    head, *rows = said.out.splitlines()
    assert head.split()[:2] == ["play", "return"]
    assert [row.split()[0] for row in rows] == ["a", "b", "deep/c"]
    assert ["completed" in row for row in rows] == [True, False, True]
    document = trade("backtest", "run", "--plays", folder, *SHORT, *kept, "--json").json
    assert [(run["chosen"], run["status"]) for run in document["runs"]] == [
        ({"play": "a"}, "completed"),
        ({"play": "b"}, "refused"),
        ({"play": "deep/c"}, "completed"),
    ]
    alone = trade("backtest", "run", folder / "deep" / "c.yml", *SHORT, *kept, "--json").json
    assert (alone["run_id"], alone["existed"]) == (document["runs"][2]["run_id"], True)


def test_plays_meet_values() -> None:
    plays = {"one": Path("1.yml"), "two": Path("2.yml")}
    found = variants(REQUEST, [parse_overrides("a=1,2")], plays=plays)
    assert [(each.chosen["play"], each.chosen["a"], str(each.request.play)) for each in found] == [
        (name, value, str(path)) for name, path in plays.items() for value in "12"
    ]
    assert list(variants(REQUEST, [], plays={"one": Path("1.yml")})[0].chosen) == []
    with pytest.raises(Malformed, match="'1,001' runs"):
        variants(REQUEST, [], plays={str(number): Path("p.yml") for number in range(1001)})


def test_a_name_is_looked_up_in_the_folder_that_is_named(trade: Trade, market: Path, tmp_path: Path) -> None:
    folder, kept = folder_of_plays(tmp_path, broken=True), ("--db", market, "--json")
    document = trade("backtest", "run", "c", "--plays", folder, *SHORT, *kept, "--out", tmp_path / "out").json
    assert (document["status"], "runs" in document) == ("completed", False)
    assert trade("backtest", "preflight", "deep/c", "--plays", folder, *SHORT, *kept).json["status"] == "passed"


def test_a_folder_with_one_play_is_that_run(trade: Trade, market: Path, tmp_path: Path) -> None:
    folder = folder_of_plays(tmp_path, broken=False) / "deep"
    document = trade("backtest", "run", "--plays", folder, *SHORT, "--db", market, "--out", tmp_path / "out", "--json").json
    assert (document["status"], "runs" in document) == ("completed", False)


def test_preflight_looks_at_one_play_of_a_folder_and_a_folder_without_plays_is_refused(trade: Trade, tmp_path: Path) -> None:
    folder = folder_of_plays(tmp_path, broken=False)
    several = trade("backtest", "preflight", "--plays", folder, "--json")
    assert (several.code, several.codes) == (2, ["bad-options"])
    (tmp_path / "empty").mkdir()
    for command in ("run", "preflight"):
        for name in ("empty", "nowhere"):
            said = trade("backtest", command, "--plays", tmp_path / name, "--json")
            assert (said.code, said.codes) == (2, ["unknown-play"])
        missing = trade("backtest", command, "--json")
        assert (missing.code, missing.codes, missing.json["findings"][0]["fact"]) == (2, ["usage"], "missing argument 'PLAY'")
