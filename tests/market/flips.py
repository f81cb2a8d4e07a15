"""One flipped bit at a time, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path


def flips(files: list[Path], count: int, seed: int) -> Iterator[Path]:
    """Flip a bit in one of the files and yield the file, as often as asked; the file is whole again afterwards."""
    chance = random.Random(seed)
    whole = {file: file.read_bytes() for file in files}
    for _ in range(count):
        file = files[chance.randrange(len(files))]
        raw = bytearray(whole[file])
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        file.write_bytes(raw)
        yield file
        file.write_bytes(whole[file])
