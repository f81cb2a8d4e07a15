"""A library can be hidden from those who only ask whether it is there, and from nobody else."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from trade.imports import without


def test_a_hidden_library_is_absent_inside_and_there_afterwards() -> None:
    sys.modules.pop("wave", None)
    with without("wave"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("wave")
    assert importlib.import_module("wave")


def test_what_is_imported_already_stays() -> None:
    loaded = importlib.import_module("wave")
    with without("wave"):
        assert importlib.import_module("wave") is loaded
    assert sys.modules["wave"] is loaded


def test_a_failure_inside_hides_nothing_for_good() -> None:
    with pytest.raises(ModuleNotFoundError), without("chunk_of_nothing"):
        importlib.import_module("chunk_of_nothing")
    assert "chunk_of_nothing" not in sys.modules


def test_numba_still_multiplies_matrices_for_those_who_ask() -> None:
    script = """
import trade.kernels, numba, numpy, sys
assert "scipy" not in sys.modules
product = numba.njit(lambda a, b: numpy.dot(a, b))(numpy.eye(2), numpy.full((2, 2), 3.0))
assert (product == 3.0).all()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
