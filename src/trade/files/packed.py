"""The bytes of a text file, plain or packed, piece by piece: nothing is unpacked onto the disk, and no member's name becomes a path."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place

PIECE_BYTES = 1 << 20
LARGEST_BYTES = 32 << 30
LARGEST_RATIO = 200  # minutes and trades pack 3 to 40 times; only what was made to burst packs a thousand times
_FREE_BYTES = 16 << 20
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAMED = 5
_DAMAGED = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked. Raises Malformed for an archive that is damaged, that bursts, or that holds several files."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head.startswith(_GZIP):
            yield from _guarded(path, cast(IO[bytes], gzip.GzipFile(fileobj=file)))
        elif head in _ZIP:
            with _member(path, file) as member:
                yield from _guarded(path, member)
        else:
            while piece := file.read(PIECE_BYTES):
                yield piece


def _guarded(path: Path, packed: IO[bytes]) -> Iterator[bytes]:
    """Yield what an archive holds, but no more than an honest one of its size can hold."""
    size = path.stat().st_size
    allowed = min(LARGEST_BYTES, _FREE_BYTES + LARGEST_RATIO * size)
    while True:
        try:
            piece = packed.read(PIECE_BYTES)
        except _DAMAGED as error:
            raise _damaged(path, error) from error
        if not piece:
            return
        allowed -= len(piece)
        if allowed < 0:
            fact = f"'{path}' has '{size}' bytes and unpacks to more than '{LARGEST_RATIO}' times that, or than '{LARGEST_BYTES}' bytes"
            raise Malformed(Finding("archive-bursts", fact, "unpack it yourself if you trust it, and import the file", place=_at(path)))
        yield piece


@contextmanager
def _member(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Open the one file that an archive must hold; its name is shown at most."""
    try:
        archive = zipfile.ZipFile(file)
    except (*_DAMAGED, ValueError) as error:
        raise _damaged(path, error) from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            named = ", ".join(ascii(member.filename) for member in members[:_NAMED])
            fact = f"'{path}' holds '{len(members)}' files, exactly one is expected: {named or 'none'}"
            raise Malformed(Finding("archive-members", fact, "pack one file per archive", place=_at(path)))
        if members[0].flag_bits & _ENCRYPTED or members[0].compress_type not in _METHODS:
            fact = f"'{path}' is encrypted or packed by another method than deflate"
            raise Malformed(Finding("archive-damaged", fact, "pack it again without a password, with plain zip or gzip", place=_at(path)))
        try:
            member = archive.open(members[0])
        except (*_DAMAGED, ValueError) as error:
            raise _damaged(path, error) from error
        with member:
            yield member


def _damaged(path: Path, error: Exception) -> Malformed:
    fact = f"'{path}' is damaged or cut off: {ascii(str(error)[:200])[1:-1].lower()}"
    return Malformed(Finding("archive-damaged", fact, "download it again", place=_at(path)))


def _at(path: Path) -> Place:
    return Place(str(path))
