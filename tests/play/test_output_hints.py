"""An output under the name that others give it is hinted by its meaning, not by its letters."""

import pytest

from trade.base.nearest import did_you_mean_output
from trade.indicators.registry import INDICATORS


@pytest.mark.parametrize(
    ("indicator", "word", "meant"),
    [
        ("squeeze", "sqz_on", "on"),
        ("squeeze", "SQZ_OFF", "off"),
        ("squeeze", "sqz_no", "no_sqz"),
        ("squeeze", "squeeze_on", "on"),
        ("supertrend", "supertrend", "trend"),
        ("bbands", "basis", "middle"),
        ("kc", "middle", "basis"),
        ("adx", "plus_di", "dmp"),
        ("macd", "hist", "histogram"),
        ("bbands", "uper", "upper"),
    ],
)
def test_a_word_of_others_finds_the_output_that_means_it(indicator: str, word: str, meant: str) -> None:
    assert did_you_mean_output(word, INDICATORS[indicator].outputs) == f"did you mean `{meant}`?"


def test_no_word_means_two_outputs_of_one_indicator() -> None:
    for entry in INDICATORS.values():
        words = [word for output in entry.outputs for word in (output.name, *output.known_as)]
        assert len(words) == len(set(words)), entry.name
        assert all(word == word.lower() for word in words)
