"""Operands in one unit: prices are compared as whole numbers, and what is written in the quote currency is counted in them (RULE-7)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from trade.base.units import EXACT_BELOW, PriceUnit, written
from trade.dsl.truth import OperandValues, Values

_LARGEST_POWER = 4  # beyond, counts of units would leave the doubles before prices do


def alike(unit: PriceUnit, left: OperandValues, right: OperandValues) -> tuple[OperandValues, OperandValues]:
    """Return two operands in one unit: a literal in that of the other; a price beside a pure number in the quote currency."""
    if left.power == right.power:
        return left, right
    if left.power is None:
        return _literal(unit, left, right), right
    if right.power is None:
        return left, _literal(unit, right, left)
    return _plain(unit, left), _plain(unit, right)


def counted(unit: PriceUnit, amount: float, like: OperandValues) -> float:
    """Return an amount as written (a bound, a tolerance) in the unit of an operand."""
    return unit.counted(written(amount), like.power) if like.power else amount


def times(unit: PriceUnit, left: OperandValues, right: OperandValues) -> tuple[Values, int]:
    """Return the product and its power; by a decimal literal it is rounded once, as by the fraction that was written."""
    if left.power is None:
        left, right = right, left
    if right.power is None:
        return _scaled(left.values, written(_number(right))), left.power or 0
    left, right = _bounded(unit, left, right, sign=1)
    return np.multiply(left.values, right.values), (left.power or 0) + (right.power or 0)


def over(unit: PriceUnit, left: OperandValues, right: OperandValues) -> tuple[Values, int]:
    """Return the quotient and its power."""
    if right.power is None and (divisor := written(_number(right))):
        return _scaled(left.values, 1 / divisor), left.power or 0
    left, right = _bounded(unit, left, right, sign=-1)
    return np.true_divide(left.values, right.values), (left.power or 0) - (right.power or 0)


def _bounded(unit: PriceUnit, left: OperandValues, right: OperandValues, sign: int) -> tuple[OperandValues, OperandValues]:
    power = (left.power or 0) + sign * (right.power or 0)
    return (left, right) if abs(power) <= _LARGEST_POWER else (_plain(unit, left), _plain(unit, right))


def _scaled(values: Values, factor: Fraction) -> Values:
    num, den = factor.as_integer_ratio()
    if max(abs(num), den) >= EXACT_BELOW:
        return np.multiply(values, float(factor))
    product = values if num == 1 else np.multiply(values, float(num))
    return product if den == 1 else np.true_divide(product, float(den))


def _literal(unit: PriceUnit, literal: OperandValues, like: OperandValues) -> OperandValues:
    return literal._replace(values=counted(unit, _number(literal), like), power=like.power)


def _plain(unit: PriceUnit, reading: OperandValues) -> OperandValues:
    if not reading.power:
        return reading
    return reading._replace(values=unit.plain(np.asarray(reading.values), reading.power), power=0)


def _number(literal: OperandValues) -> float:
    if not isinstance(literal.values, float):
        raise TypeError("only a literal has no unit of its own")
    return literal.values
