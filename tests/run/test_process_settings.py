"""What is set for a whole process is set by the command, which owns it, and by no run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from trade.cli import app
from trade.run.memory import keep_freed_memory
words = ["backtest", "run", "sample", "--out", sys.argv[2], "--db", sys.argv[2] + "/data", "--quiet"]
if sys.argv[1] == "command":
    sys.argv[1:] = words
    try:
        app.main()
    except SystemExit as end:
        assert end.code == 0
else:
    assert app.run(words) == 0
print("set" if keep_freed_memory.cache_info().currsize else "left alone")
"""


@pytest.mark.parametrize(("by", "allocator"), [("command", "set"), ("program", "left alone")])
def test_the_command_keeps_freed_memory_and_a_run_in_a_program_leaves_it_alone(by: str, allocator: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", SCRIPT, by, str(tmp_path)], cwd=root, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == allocator
