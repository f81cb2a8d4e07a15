import ast
from pathlib import Path

import pytest
from made_results import made, trade

from trade.analysis.metric import Unit
from trade.analysis.page import metrics_page
from trade.analysis.registry import EXTRAS, METRICS
from trade.analysis.summary import summarise

ROOT = Path(__file__).parents[2]


def test_the_summary_has_the_names_of_the_registry_and_no_name_twice():
    summary = summarise(made([100, 101], [trade(1)]))
    assert list(summary.metrics) == [metric.name for metric in METRICS]
    assert list(summary.extras) == [metric.name for metric in EXTRAS]
    assert not set(summary.metrics) & set(summary.extras)


@pytest.mark.parametrize("metric", METRICS + EXTRAS, ids=lambda metric: metric.name)
def test_a_suffix_tells_the_unit(metric):
    suffixes = {"_pct": Unit.PCT, "_rate": Unit.PCT, "_usdt": Unit.USDT, "_ratio": Unit.RATIO}
    for suffix, unit in suffixes.items():
        if metric.name.endswith(suffix):
            assert metric.unit is unit
    if metric.name.endswith("_bars"):
        assert metric.unit in (Unit.EXEC_BARS, Unit.BASE_BARS)
    assert metric.formula
    assert metric.source
    assert "|" not in metric.formula + metric.source  # a cell of the docs page


def test_the_summary_cannot_be_changed():
    with pytest.raises(TypeError):
        summarise(made()).metrics["sharpe"] = 3.0  # type: ignore[index]


def test_the_docs_page_names_every_metric_once():
    for metric in METRICS + EXTRAS:
        assert metrics_page().count(f"\n| `{metric.name}` |") == 1


def test_every_public_metric_function_is_registered():
    registered = {metric.name for metric in METRICS + EXTRAS}
    families = {metric.compute.__module__ for metric in METRICS + EXTRAS}
    helpers = {"net_quanta", "yearly_growth", "period_returns", "cuts"}
    for family in families:
        source = ROOT / "src" / Path(*family.split(".")).with_suffix(".py")
        public = {node.name for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}
        assert public - helpers <= registered
