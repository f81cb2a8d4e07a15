"""The numbers about one result, computed from it alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trade.analysis.basis import Basis, read_result
from trade.analysis.metric import Metric, Value
from trade.analysis.registry import EXTRAS, METRICS
from trade.base.result import Result


@dataclass(frozen=True)
class Summary:
    """`metrics` are the 64 that users know, `extras` what we add; both in the order of the registry, None where undefined."""

    metrics: Mapping[str, Value]
    extras: Mapping[str, Value]


def summarise(result: Result) -> Summary:
    """Compute every metric of the registry."""
    basis = read_result(result)
    return Summary(_computed(METRICS, basis), _computed(EXTRAS, basis))


def _computed(metrics: tuple[Metric, ...], basis: Basis) -> Mapping[str, Value]:
    return MappingProxyType({metric.name: metric.compute(basis) for metric in metrics})
