"""How every peer is timed: one warm-up where the peer compiles, then the median of five runs (one for engines of many seconds)."""

import json
import statistics
import sys
import time
from collections.abc import Callable


def timed(peer: str, run: Callable[[], int], *, warm: bool) -> None:
    """Run a peer and print one JSON object with its name, seconds and trades."""
    trades = run() if warm else 0
    seconds = []
    for _ in range(5 if warm else 1):
        begun = time.perf_counter()
        trades = run()
        seconds.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"peer": peer, "seconds": statistics.median(seconds), "trades": trades}) + "\n")
