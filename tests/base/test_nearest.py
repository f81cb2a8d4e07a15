"""Names that are like one that is not known: one measure of likeness for every hint."""

from __future__ import annotations

from trade.base.nearest import nearest


def test_the_likest_names_come_first_whatever_their_case() -> None:
    assert nearest("btcusd", ["ETHUSDT", "BTCUSDT", "BTCUSDC"], most=2) == ["BTCUSDT", "BTCUSDC"]
    assert nearest("CLSOE", ["close", "open"]) == ["close"]


def test_a_name_like_none_has_no_nearest() -> None:
    assert nearest("zzz", ["close", "open"]) == []


def test_only_so_many_names_are_compared_but_an_equal_one_is_found_among_any_number() -> None:
    names = [f"name_{at}" for at in range(501)]
    assert nearest("NAME_7", names) == ["name_7"]
    assert nearest("nome_7", names) == []
    assert nearest("nome_7", names[:500]) == ["name_7"]
    assert nearest("nome_7", names, among=501) == ["name_7"]


def test_a_word_longer_than_any_name_is_like_none() -> None:
    assert nearest("x" * 61, ["x" * 60]) == []
