"""Start Python given as text in a process of its own, as `python -c` does, but forked from one that has imported everything.

A process that starts cold spends most of its short life importing. The parent is the fork server of the standard library: it is
started once, has no threads and no state of any test, and its children die as others do.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import forkserver
from multiprocessing.reduction import DupFd
from pathlib import Path
from threading import Thread
from typing import IO, Any

_CONTEXT = multiprocessing.get_context("forkserver")


@cache
def _parent() -> None:
    """Start the parent; it finds `warm` by the environment, as it is told nothing of `sys.path`."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join((str(Path(__file__).parent), *([before] if before else [])))
    _CONTEXT.set_forkserver_preload(["warm"])
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        os.environ.update({"PYTHONPATH": before} if before else {})


class Forked:
    """A process with the words of `subprocess.Popen`; what it says is text on two pipes."""

    def __init__(self, script: str, *words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        _parent()
        out, err = os.pipe(), os.pipe()
        given = [script, [str(word) for word in words], dict(os.environ if env is None else env), str(cwd or Path.cwd())]
        self._process = _CONTEXT.Process(target=_run, args=(*given, _Handle(out[1]), _Handle(err[1])), daemon=True)
        self._process.start()
        for written in (out[1], err[1]):
            os.close(written)
        self.stdout: IO[str] = os.fdopen(out[0], encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(err[0], encoding="utf-8")

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def returncode(self) -> int:
        """The code it ended with, or minus the signal that ended it; waits for that."""
        return self.wait()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float = 300) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        assert code is not None, "it does not end"
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Return what it said on both pipes, once it has ended."""
        said: list[str] = []
        listening = Thread(target=lambda: said.append(self.stderr.read()))
        listening.start()
        out = self.stdout.read()
        listening.join()
        self.wait(timeout)
        self.close()
        return out, said[0]

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, kind: object, *given: object) -> None:
        if kind is not None:
            self.kill()
        self.wait()
        self.close()


class _Handle:
    """A file descriptor that a child process gets a copy of."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        return _Handle.copied, (DupFd(self.number),)

    @staticmethod
    def copied(copy: Any) -> _Handle:
        return _Handle(copy.detach())


def _run(script: str, words: list[str], env: dict[str, str], folder: str, out: _Handle, err: _Handle) -> None:
    """Be `python -c script words...` in a forked process."""
    assert "warm" in sys.modules
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for handle, number in ((out, 1), (err, 2)):
        os.dup2(handle.number, number)
        os.close(handle.number)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115 - for the life of the process
    sys.argv = ["-c", *words]
    exec(compile(script, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the script of a test


def finished(script: str, *words: object) -> tuple[int, str]:
    """Run Python given as text to its end; returns its code and what it said on stderr."""
    process = Forked(script, *words)
    _, err = process.communicate()
    return process.returncode, err
