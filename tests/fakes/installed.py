"""The program as `pip install` gives it: a wheel of the tree, in a folder of its own, used from another one."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"  # which can stand for an installed program
_QUIET = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]


def build_wheel(out: Path) -> Path:
    """Return a wheel of the tree, made of a copy: a build leaves folders in its tree."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "src", Path(folder, "src"), ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, folder)
        words = ["-m", "pip", "wheel", *_QUIET, "--no-build-isolation", "--wheel-dir", str(out), folder]
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
    [made] = out.glob("*.whl")
    return made


def install(wheel: Path, target: Path) -> Path:
    subprocess.run([sys.executable, "-m", "pip", "install", *_QUIET, "--target", str(target), str(wheel)], check=True, capture_output=True)
    return target


def _started(installed: Path, words: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    program = f"import sys, trade; assert trade.__file__.startswith({str(installed)!r}); from trade.cli.app import main; main()"
    env = {**os.environ, "PYTHONPATH": str(installed)}
    if installed != SOURCE:  # whose kernels are compiled already
        env["TRADE_CACHE_DIR"] = str(installed / "cache")
    return [sys.executable, "-c", program, *words], env


def use(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the installed program in a folder, and see that it is the installed one."""
    command, env = _started(installed, words)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600)


def typed(installed: Path, folder: Path, *words: str) -> str:
    """Return what a terminal of 80 columns, without colours and cursor, shows of a command of the installed program."""
    command, env = _started(installed, words)
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    with (
        os.fdopen(reader, "rb", 0) as screen,
        subprocess.Popen(command, cwd=folder, env={**env, "TERM": "dumb"}, stdin=writer, stdout=writer, stderr=writer),
    ):
        os.close(writer)
        shown = b"".join(_until_closed(screen))
    return shown.decode().replace("\r\n", "\n")


def _until_closed(screen: FileIO) -> Iterator[bytes]:
    while True:
        try:
            seen = screen.read(65536)
        except OSError as error:
            if error.errno != errno.EIO:  # what Linux answers when the last writer has gone
                raise
            return
        if not seen:
            return
        yield seen
