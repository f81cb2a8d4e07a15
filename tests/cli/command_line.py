"""Call the command as its users do: in this process, or in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forked import Forked

from trade.cli.app import run

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "configs" / "plays" / "sample.yml"


@dataclass(frozen=True)
class Said:
    """What a command said, and the code it ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; anything else there fails the test, and so does talk on stderr."""
        assert self.err == ""
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.json["findings"]]


Trade = Callable[..., Said]


def caller(capsys: Any) -> Trade:
    """Return a function that runs a command in this process."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


def spawn(
    *words: object, script: str = "", env: Mapping[str, str] | None = None, cwd: Path = ROOT, stdout: Any = None
) -> subprocess.Popen[str]:
    """Start a command in a process of its own; `script` is Python that runs before it."""
    program = f"import sys\n{script}\nfrom trade.cli.app import main\nmain()\n"
    command = [sys.executable, "-c", program, *map(str, words)]
    streams = {"stdout": subprocess.PIPE if stdout is None else stdout, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, cwd=cwd, env=None if env is None else dict(env), **streams)


def fork(*words: object, script: str = "", cwd: Path = ROOT) -> Forked:
    """Start a command as `spawn` does, in a process that has imported everything; `script` is Python that runs before it."""
    return Forked(f"import sys\n{script}\nfrom trade.cli.app import main\nmain()\n", *words, cwd=cwd)


def finish(process: subprocess.Popen[str] | Forked) -> Said:
    """Wait for a process and return what it said."""
    out, err = process.communicate(timeout=120)
    return Said(process.returncode, out or "", err)
