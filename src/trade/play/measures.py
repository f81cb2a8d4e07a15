"""Which columns risk and entry read, and where they are written."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.measures import Measure
from trade.base.places import Path
from trade.play.spec import EntryOrder, Risk, StopLoss, TakeProfit


def measures_of(risk: Risk | None, entry: EntryOrder | None, section: str) -> Mapping[Measure, tuple[Path, str]]:
    """Return the columns by what they are for; `section` is `risk` or `risk_model`, as the file has it."""
    found: dict[Measure, tuple[Path, str]] = {}
    if entry is not None and entry.atr is not None:
        found[Measure.OFFSET] = ("entry", "atr_feature_id"), entry.atr
    if risk is None:
        return found
    found |= _of_level(risk.stop_loss, (section, "stop_loss"), Measure.STOP_LONG, Measure.STOP_SHORT)
    found |= _of_level(risk.take_profit, (section, "take_profit"), Measure.TARGET_LONG, Measure.TARGET_SHORT)
    if risk.stop_loss is not None and risk.stop_loss.kind == "trailing_atr" and risk.stop_loss.atr is not None:
        found[Measure.TRAIL] = (section, "stop_loss", "atr_feature_id"), risk.stop_loss.atr
    if risk.trailing is not None and risk.trailing.atr is not None:
        found[Measure.TRAIL] = (section, "trailing", "atr_feature_id"), risk.trailing.atr
    return found


def _of_level(level: StopLoss | TakeProfit | None, path: Path, long: Measure, short: Measure) -> Mapping[Measure, tuple[Path, str]]:
    if level is None:
        return {}
    if level.levels is not None:
        sides = ((long, "long", level.levels.long), (short, "short", level.levels.short))
        return {measure: ((*path, key), name) for measure, key, name in sides if name is not None}
    return {} if level.atr is None else dict.fromkeys((long, short), ((*path, "atr_feature_id"), level.atr))
