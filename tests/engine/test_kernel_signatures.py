"""Few kernels, fixed signatures: whatever the tape, nothing is compiled a second time."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import numba
import pytest
from generated_runs import case
from oracle_parity import fast
from tapes import at, flat_bars, run, stop_points

import trade.engine
import trade.sim


def kernels() -> dict[str, Any]:
    """Return every kernel that the loop is made of, by its full name."""
    found = {}
    for package in (trade.sim, trade.engine):
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(info.name)).items():
                if isinstance(value, numba.core.registry.CPUDispatcher) and not value.py_func.__module__.startswith("trade.feeds."):
                    found[f"{value.py_func.__module__}.{name}"] = value
    return found


def compiled(kernel: Any) -> set[tuple[Any, ...]]:
    """Return the signatures that this process or an earlier one compiled; one per constant that it was called with would be too many."""
    return {tuple(signature) for signature in kernel.signatures} | {key[0] for key in kernel._cache._cache_file._load_index()}


@pytest.fixture(scope="module")
def after_a_few_tapes() -> dict[str, Any]:
    run(flat_bars(100), {})
    run(flat_bars(100, 100, 100), {0: "long"})
    run(flat_bars(100, 100, 90), {0: "short"}, mark=flat_bars(100, 100, 91), has_mark=1, funding=[(at(2), "0.001")], **stop_points(5))
    for seed in range(20):
        fast(*case(seed, 50))
    return kernels()


def test_each_kernel_has_exactly_one_signature(after_a_few_tapes: dict[str, Any]) -> None:
    assert len(after_a_few_tapes) > 40
    assert {name: len(compiled(kernel)) for name, kernel in after_a_few_tapes.items() if len(compiled(kernel)) != 1} == {}


def test_the_loop_is_compiled_once_and_calls_the_rest(after_a_few_tapes: dict[str, Any]) -> None:
    assert len(after_a_few_tapes["trade.engine.loop.run_bars"].signatures) == 1


def test_arrays_are_c_contiguous_integers_everywhere(after_a_few_tapes: dict[str, Any]) -> None:
    for kernel in after_a_few_tapes.values():
        for signature in compiled(kernel):
            for array in (argument for argument in signature if isinstance(argument, numba.types.Array)):
                assert array.layout == "C"
                assert array.mutable
