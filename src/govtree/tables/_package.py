"""The zip that a workbook is, looked through first and unpacked under a budget.

What a zip says of itself is doubted: sizes can lie, a few bytes can unpack to gigabytes, and
two readers can disagree about what it holds. So its parts are unpacked here, and the reader of
spreadsheets is given a plain package of those few that were looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from attrs import frozen

from govtree._files import Limits
from govtree.tables._csv import KINDS, Notes, Stop

__all__ = ["Copied", "Element", "Package", "elements", "xml_parser"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DIRECTORY_END = b"PK\x05\x06"
_WIDE_DIRECTORY = b"PK\x06\x07"
_MOST_DIRECTORY_BYTES = 2**22
_MOST_COMMENT_BYTES = 2**16
_BLOCK = 2**20
_CELL = re.compile(rb"<(?:[A-Za-z0-9]+:)?c[ >]")
# No table is so dull that it unpacks to so many times its size; a bomb is.
_MOST_TIMES = 150
_ALWAYS_BYTES = 2**24
_MOST_SMALL_BYTES = 2**24
_MOST_OLE_BYTES = 2**26


@frozen
class Element:
    """A start tag: its name and attributes, both without the prefix of a namespace."""

    name: str
    values: Mapping[str, str]


class Package:
    """The parts of a zip, each unpacked at most up to what the limits allow.

    Args:
        stream: The file.
        notes: Told why it is refused.
        limits: What is unpacked at most.

    Raises:
        Stop: If it is no zip that can be trusted so far.
    """

    def __init__(self, stream: BinaryIO, notes: Notes, limits: Limits) -> None:
        self._notes = notes
        self._limits = limits
        self._stream = stream
        self._sizes: dict[str, int] = {}
        self._require_kind(stream)
        self._require_modest_directory(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            self.refuse("its end is missing")
        infos = self._zip.infolist()
        if len(infos) > limits.workbook_parts:
            self._too_large(f"{limits.workbook_parts:,} parts")
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = _plain(info.filename)
            if name in self._parts:
                self.refuse("it holds two parts of one name")
            self._parts[name] = info
        if "xl/workbook.xml" not in self._parts:
            notes.add("GT900", kind=self._kind())
            raise Stop

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._parts

    def read(self, name: str) -> bytes:
        """Return a small part."""
        pieces, size = [], 0
        for piece in self.blocks(name):
            size += len(piece)
            if size > _MOST_SMALL_BYTES:
                self._too_large(f"{_MOST_SMALL_BYTES:,} bytes")
            pieces.append(piece)
        return b"".join(pieces)

    def holds_cells(self, name: str) -> bool:
        """Return whether a sheet that is not read begins with cells, by its first piece alone."""
        found = self._parts.get(_plain(name))
        if found is None:
            return False
        try:
            with self._zip.open(found) as part:
                return _CELL.search(part.read(_BLOCK)) is not None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
            return False

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a part piece by piece, whatever the zip says that its size is."""
        found = self._parts.get(_plain(name))
        if found is None:
            self.refuse("a part is missing")
        if found.flag_bits & 1:
            self._notes.add("GT901")
            raise Stop
        others = sum(size for part, size in self._sizes.items() if part != _plain(name))
        most = min(self._limits.workbook_bytes - others, self.most_bytes(name))
        if found.file_size > most:
            self._too_large(f"{most:,} bytes")
        info = copy(found)
        # A reader that stops at the size that is claimed would not see what comes behind it.
        info.file_size = most + 1
        size = 0
        try:
            with self._zip.open(info) as part:
                while block := part.read(_BLOCK):
                    size += len(block)
                    if size > most:
                        self._too_large(f"{most:,} bytes")
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
            self.refuse("a part of it is cut off or changed")
        if size != found.file_size:
            self.refuse("a part of it is not as long as it says")
        self._sizes[_plain(name)] = size

    def most_bytes(self, name: str) -> int:
        """Return how much a part is believed to hold at most, by its size as it is packed."""
        packed = self._parts[_plain(name)].compress_size
        return min(self._limits.workbook_bytes, _ALWAYS_BYTES + _MOST_TIMES * packed)

    def packed(self, name: str) -> tuple[bytes, int, int, int]:
        """Return a part as it is packed, how, its size unpacked, and its checksum.

        It has been unpacked whole before, so that all of this is known and not only claimed.
        """
        info = self._parts[_plain(name)]
        self._stream.seek(info.header_offset)
        head = self._stream.read(30)
        between = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        self._stream.seek(info.header_offset + 30 + between)
        data = self._stream.read(info.compress_size)
        return data, info.compress_type, info.file_size, info.CRC

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the whole, as damaged.

        Raises:
            Stop: Always.
        """
        self._notes.add("GT902", reason=reason)
        raise Stop

    def _too_large(self, limit: str) -> NoReturn:
        self._notes.add("GT903", limit=limit)
        raise Stop

    def _require_kind(self, stream: BinaryIO) -> None:
        head = stream.read(16)
        stream.seek(0)
        if head.startswith(_ZIP):
            return
        if head.startswith(_OLE):
            if _holds(stream, _ENCRYPTED):
                self._notes.add("GT901")
            else:
                self._notes.add("GT900", kind="xls")
            raise Stop
        kinds = [kind for mark, kind in KINDS if head.startswith(mark)]
        if not head:
            self._notes.add("GT902", reason="it is empty")
        else:
            self._notes.add("GT900", kind=kinds[0] if kinds else "something else")
        raise Stop

    def _require_modest_directory(self, stream: BinaryIO) -> None:
        """Refuse a directory that alone would take the memory."""
        size = stream.seek(0, 2)
        stream.seek(max(size - _MOST_COMMENT_BYTES - 22, 0))
        tail = stream.read()
        stream.seek(0)
        at = tail.rfind(_DIRECTORY_END)
        if at < 0 or len(tail) < at + 22:
            self.refuse("its end is missing")
        if _WIDE_DIRECTORY in tail[max(at - 20, 0) : at]:
            self.refuse("its directory is longer than it can be")
        if int.from_bytes(tail[at + 12 : at + 16], "little") > _MOST_DIRECTORY_BYTES:
            self._too_large(f"{self._limits.workbook_parts:,} parts")

    def _kind(self) -> str:
        names = self._parts.keys()
        if any(name.startswith("word/") for name in names):
            return "docx"
        if "xl/workbook.bin" in names:
            return "xlsb"
        return "ods" if "content.xml" in names else "zip"


class Copied:
    """A package that is made of parts that were looked through."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)

    def add(self, name: str, data: bytes) -> None:
        """Add a part."""
        self._zip.writestr(name, data)

    def add_packed(self, name: str, package: Package, part: str) -> None:
        """Add a part of another package as it is packed there."""
        data, how, size, check = package.packed(part)
        self._zip.writestr(name, data)
        # Readers believe the directory at the end, which is written last.
        info = self._zip.getinfo(name)
        info.compress_type, info.file_size, info.CRC = how, size, check

    def stream(self) -> io.BytesIO:
        """Return the package; nothing can be added to it any more."""
        self._zip.close()
        self._file.seek(0)
        return self._file


def elements(data: bytes) -> Iterator[Element]:
    """Yield the start tags of a small XML part.

    Raises:
        ValueError: If it is no XML, or declares types or entities of its own.
    """
    found: list[Element] = []

    def start(name: str, values: dict[str, str]) -> None:
        bare = {key.rpartition(":")[2]: value for key, value in values.items()}
        found.append(Element(name.rpartition(":")[2], bare))

    parser = xml_parser()
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    yield from found


def xml_parser() -> expat.XMLParserType:
    """Return a reader of XML that refuses every declaration of types and entities."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError("it declares types or entities")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _holds(stream: BinaryIO, mark: bytes) -> bool:
    rest = b""
    for _ in range(_MOST_OLE_BYTES // _BLOCK):
        block = stream.read(_BLOCK)
        if not block:
            return False
        if mark in rest + block:
            return True
        rest = block[-len(mark) :]
    return False
