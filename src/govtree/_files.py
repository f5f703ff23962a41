"""The one door through which files come in, and the one saver through which they go out.

A path in a structure file was written by a stranger. It is resolved, must end inside of the
structure's folder, is opened once without waiting and without following a link that appeared
meanwhile, must be a regular file, and is read up to a limit. A file is written whole or not
at all.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from attrs import field, frozen

from govtree._names import nearest
from govtree.errors import FileError, Location, problem

__all__ = [
    "LIMITS",
    "Draft",
    "Folder",
    "Limits",
    "collector_paused",
    "make_folder",
    "save",
    "save_all",
]

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Pathlike = str | os.PathLike[str]
AnyPath = TypeVar("AnyPath", bound=Pathlike)
Refuse = Callable[..., FileError]


def _most(value: int, what: str) -> int:
    return field(default=value, metadata={"what": what})


@frozen(kw_only=True)
class Limits:
    """How much is read, looked at and shown at most; ``docs/limits.md`` is this table."""

    structure_bytes: int = _most(16 * 2**20, "bytes of one structure file")
    table_bytes: int = _most(4 * 2**30, "bytes of one table")
    workbook_bytes: int = _most(2**30, "bytes that the parts of one workbook unpack to")
    workbook_parts: int = _most(5_000, "parts of one workbook")
    sheet_columns: int = _most(10_000, "columns that a sheet reaches out to")
    sheet_cells: int = _most(2**26, "cells of a sheet, the empty ones between others counted")
    report_bytes: int = _most(64 * 2**20, "bytes of one saved report or baseline")
    files: int = _most(1_000, "files that one pattern may match")
    names: int = _most(100_000, "names in folders that one pattern, or one hint, looks through")
    depth: int = _most(64, "brackets and indented blocks inside one another")
    aliases: int = _most(1_000, "values that aliases repeat in one structure file")
    tags: int = _most(250, "different tags of one section in one structure file")
    nodes: int = _most(1_000_000, "keys and values in one structure file, repeats by alias counted")
    report_nodes: int = _most(
        2_000_000, "keys and values of a saved report or baseline, of JSON lines those of a line"
    )
    map_bytes: int = _most(256 * 2**20, "bytes of one GeoJSON file")
    map_nodes: int = _most(20_000_000, "keys, values and numbers in one GeoJSON file")
    id_characters: int = _most(200, "characters of an id")
    shown: int = _most(20, "problems of one kind that are printed; counting is never capped")
    hints: int = _most(20, "near misses that are sought for one kind of problem")


#: What applies where a caller gives no limits of its own.
LIMITS = Limits()

_NOT_A_PATH = re.compile(r"\A\Z|\A[a-z][a-z0-9+.-]*://|\A~[\\/]|\A~\Z|\A[\\/]{2}", re.IGNORECASE)
_MAGIC = re.compile(r"[*?[]")
_LONGEST_PATH = 4096
_BUFFER = 2**18

# O_PATH asks for the right to pass through a folder, not to list it.
_PASS = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_READ = os.O_RDONLY
_READ |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_WALKS = (
    os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
)

_CODES = {
    errno.ENOENT: "GT001",
    errno.ENOTDIR: "GT001",
    errno.EISDIR: "GT003",
    errno.ELOOP: "GT007",
    errno.ENAMETOOLONG: "GT008",
}


class Folder:
    """The folder of a structure, the only place that its files may come from.

    A link is followed when what it leads to lies inside. Every refusal is a
    :class:`~govtree.errors.FileError` with one problem that shows the path as it was written,
    tells nothing of what a refused file holds, and does not tell whether a file outside exists.

    Args:
        root: Path of the folder; ``""`` is the current one. It may itself be a link.
        also: Further folders in which files may lie, for those who trust them.
        limits: How much is read at most.

    >>> Folder("").read_bytes("../secret.csv")
    Traceback (most recent call last):
    govtree.errors.FileError: ../secret.csv: error[GT002]: '../secret.csv' lies outside of the \
folder of the structure; move the file into the folder, or allow its folder by name
    """

    def __init__(
        self, root: Pathlike, *, also: Iterable[Pathlike] = (), limits: Limits = LIMITS
    ) -> None:
        self.limits = limits
        self._bases = tuple(os.path.realpath(each or os.curdir) for each in (root, *also))

    def read_bytes(
        self, name: str, *, limit: int | None = None, where: Location | None = None
    ) -> bytes:
        """Return what the file holds.

        Args:
            name: Path of the file as written, relative to the folder.
            limit: Most bytes; without it, those of a structure file.
            where: Where the path is written, for the problem; without it, the path itself.

        Raises:
            FileError: If the file is refused, is larger than *limit*, or cannot be read.
        """
        most = self.limits.structure_bytes if limit is None else limit
        with self.open(name, limit=most, where=where) as stream:
            return stream.read()

    def open(
        self, name: str, *, limit: int | None = None, where: Location | None = None
    ) -> BinaryIO:
        """Return the file as a stream of bytes that can seek, and ends with a refusal at *limit*.

        Args:
            name: Path of the file as written, relative to the folder.
            limit: Most bytes; without it, those of a table.
            where: Where the path is written, for the problem; without it, the path itself.

        Raises:
            FileError: If the file is refused, is larger than *limit*, or cannot be read; the
                last two also later, from reading.
        """
        most = self.limits.table_bytes if limit is None else limit
        refuse = _refusal(name, where)
        with _refusing(refuse, missing=lambda: self._near(name)):
            descriptor = self._open(name, refuse)
        raw = _Limited(descriptor, most, refuse)
        # Before anything is read, and so before memory is taken.
        if os.fstat(descriptor).st_size > most:
            raw.close()
            raise refuse("GT004", limit=f"{most:,}")
        return io.BufferedReader(raw, _BUFFER)

    def expand(self, pattern: str, *, where: Location | None = None) -> tuple[str, ...]:
        """Return the paths that *pattern* matches, sorted; a path without ``*?[`` is itself.

        ``*``, ``?`` and ``[...]`` stand for parts of one name, never for ``/``. Names that begin
        with a dot, folders, and the ``~$`` files that an office program leaves beside an open
        table are not matched. A name matches however its accents are composed. Each path is
        still to be opened by :meth:`open`.

        Raises:
            FileError: If nothing matches, too much does, or the pattern leads outside.
        """
        if not _MAGIC.search(pattern):
            return (pattern,)
        refuse = _refusal(pattern, where)
        looked = 0
        found = [""]
        with _refusing(refuse):
            self._resolve(pattern, refuse)
            parts = pattern.replace(os.sep, "/").split("/")
            for place, part in enumerate(parts, start=1):
                ends = place == len(parts)
                if not _MAGIC.search(part):
                    found = [each + part + ("" if ends else "/") for each in found]
                    continue
                longer = []
                for prefix in found:
                    for entry in self._list(prefix or os.curdir, refuse):
                        looked += 1
                        if looked > self.limits.names:
                            raise refuse("GT009", limit=f"{self.limits.names:,}")
                        if _matches(entry.name, part) and _is_folder(entry) is not ends:
                            longer.append(prefix + entry.name + ("" if ends else "/"))
                found = longer
            if _MAGIC.search(parts[-1]) is None:
                found = [each for each in found if os.path.lexists(self._resolve(each, refuse))]
        if not found:
            raise refuse("GT001")
        if len(found) > self.limits.files:
            raise refuse("GT009", limit=f"{self.limits.files:,}")
        return tuple(sorted(found))

    def _resolve(self, name: str, refuse: Refuse) -> str:
        """Return the real path that *name* leads to, inside of an allowed folder."""
        _require_path(name, refuse)
        if _NOT_A_PATH.search(name):
            raise refuse("GT008")
        try:
            real = os.path.realpath(Path(self._bases[0], name))
        except RecursionError:
            # A thousand links in a row: too many for Python 3.11 and 3.12, and for any kernel.
            raise refuse("GT007") from None
        if not any(_lies_in(real, base) for base in self._bases):
            raise refuse("GT002")
        return real

    def _open(self, name: str, refuse: Refuse) -> int:
        real = self._resolve(name, refuse)
        base = next(each for each in self._bases if _lies_in(real, each))
        parts = Path(real).relative_to(base).parts
        if not parts:
            raise refuse("GT003")
        descriptor = _walk(base, parts, refuse) if _WALKS else _open_and_compare(real, refuse)
        try:
            _require_regular(os.fstat(descriptor).st_mode, refuse)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _list(self, name: str, refuse: Refuse) -> Iterator[os.DirEntry[str]]:
        with (
            suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(self._resolve(name, refuse)) as entries,
        ):
            yield from entries

    def _near(self, name: str) -> str:
        """Return the path that was probably meant, among the files beside the missing one."""
        slashed = name.replace("\\", "/")
        refuse = _refusal(name)
        with suppress(FileError, OSError):
            if slashed != name and Path(self._resolve(slashed, refuse)).is_file():
                return slashed
            parent, slash, last = slashed.rpartition("/")
            names = []
            for entry in self._list(parent or os.curdir, refuse):
                names.append(entry.name)
                if len(names) > self.limits.names:
                    return ""
            meant = nearest(last, names)
            return parent + slash + meant if meant else ""
        return ""


class Draft(Folder):
    r"""A folder as it will be once some files are written to it.

    Args:
        root: Path of the folder.
        files: What the files will hold, by name.
        limits: How much is read at most.

    >>> Draft("", {"a.csv": b"id\n"}).read_bytes("./a.csv")
    b'id\n'
    """

    def __init__(
        self, root: Pathlike, files: Mapping[str, bytes], *, limits: Limits = LIMITS
    ) -> None:
        super().__init__(root, limits=limits)
        self._files = dict(files)

    def open(
        self, name: str, *, limit: int | None = None, where: Location | None = None
    ) -> BinaryIO:
        """Return the file as it will be; see :meth:`Folder.open`."""
        data = self._files.get(os.path.normpath(name) if name else name)
        return super().open(name, limit=limit, where=where) if data is None else io.BytesIO(data)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from looking for garbage in what is being read: nothing is, a million rows on."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def make_folder(path: Pathlike) -> Path:
    """Return *path* as a folder that is there; it is made where the folder it lies in is there.

    Raises:
        FileError: If it cannot be made.
    """
    root = Path(path)
    try:
        root.mkdir(exist_ok=True)
    except ValueError as error:
        # It holds NUL, or half of a character.
        raise _refusal(str(root))("GT008") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _refusal(str(root))("GT088", reason=reason) from error
    return root


def save(path: Pathlike, chunks: bytes | Iterable[bytes], *, mode: int | None = None) -> None:
    """Write a file whole: until the end of the call it is the old one, then the new one.

    The bytes go to a new file beside *path*, to the disk, and then take its name. Whatever
    fails, Ctrl-C included, leaves the old file and nothing else; only a process that is killed
    leaves its temporary file, ``.govtree-*.tmp``. An old file keeps its mode. A link is
    refused, never written through, and so is what is not a regular file.

    Args:
        path: The file; its folder must exist.
        chunks: What it will hold, at once or in pieces.
        mode: Who may read and write it; without it, whoever could before.

    Raises:
        FileError: If it cannot be written.
    """
    save_all({path: chunks}, mode=mode)


def save_all(files: Mapping[AnyPath, bytes | Iterable[bytes]], *, mode: int | None = None) -> None:
    """Write several files, each whole: all are on the disk before the first takes its name.

    They take their names in the order of *files*, so the one that speaks of the others comes
    last. A crash in between leaves some of them new and the others old.

    Args:
        files: What each file will hold, at once or in pieces; see :func:`save`.
        mode: Who may read and write them.

    Raises:
        FileError: If one cannot be written. Those before it have been if it failed while they
            took their names, else none.
    """
    pairs: list[tuple[Path, Path]] = []
    try:
        for path, chunks in files.items():
            target: Pathlike = path
            refuse = _refusal(os.fspath(target))
            with _refusing(refuse, otherwise="GT088"):
                kept = _mode_to_keep(path, refuse)
                temporary = Path(path).with_name(f".govtree-{os.urandom(16).hex()}.tmp")
                pairs.append((temporary, Path(path)))
                try:
                    pieces = (chunks,) if isinstance(chunks, bytes) else chunks
                    _write(temporary, pieces, kept if mode is None else mode)
                except FileExistsError:
                    # Somebody else's file, which is not ours to remove.
                    pairs.pop()
                    raise
        for temporary, final in pairs:
            with _refusing(_refusal(str(final)), otherwise="GT088"):
                temporary.replace(final)
        for folder in sorted({final.parent for _, final in pairs}):
            with _refusing(_refusal(str(folder)), otherwise="GT088"):
                _folder_to_disk(folder)
    finally:
        for temporary, _ in pairs:
            with suppress(OSError):
                temporary.unlink()


class _Limited(io.RawIOBase):
    """A file that refuses to be read behind its limit, however it grew since it was opened."""

    def __init__(self, descriptor: int, most: int, refuse: Refuse) -> None:
        self._file = io.FileIO(descriptor, "rb")
        self._most = most
        self._refuse = refuse

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with _refusing(self._refuse):
            start = self._file.tell()
            room = max(self._most + 1 - start, 1)
            read = self._file.readinto(memoryview(buffer).cast("B")[:room])
        if start + read > self._most:
            raise self._refuse("GT004", limit=f"{self._most:,}")
        return read

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(_BUFFER) or b"", b""))

    def close(self) -> None:
        self._file.close()
        super().close()


def _refusal(name: str, where: Location | None = None) -> Refuse:
    """Return what makes the error for *name*, as it was written, from a code and its values."""
    place = where or Location(file=name if len(name) <= _LONGEST_PATH else "")

    def refuse(code: str, **values: str) -> FileError:
        return FileError([problem(code, place, path=name, **values)])

    return refuse


@contextmanager
def _refusing(
    refuse: Refuse, *, missing: Callable[[], str] = str, otherwise: str = "GT005"
) -> Iterator[None]:
    """Turn what the system says into a refusal; *missing* finds the path that was meant."""
    try:
        yield
    except OSError as error:
        code = _CODES.get(error.errno or 0, otherwise) if otherwise == "GT005" else otherwise
        if code == otherwise:
            raise refuse(code, reason=error.strerror or type(error).__name__) from error
        meant = missing() if code == "GT001" else ""
        raise (refuse(code, meant=meant) if meant else refuse(code)) from error


def _require_path(name: str, refuse: Refuse) -> None:
    try:
        sound = b"\0" not in os.fsencode(name) and len(name) <= _LONGEST_PATH
    except UnicodeEncodeError:
        sound = False
    if not sound:
        raise refuse("GT008")


def _require_regular(mode: int, refuse: Refuse) -> None:
    if stat.S_ISDIR(mode):
        raise refuse("GT003")
    # The path was resolved: a link that is still there leads in a circle, or came meanwhile.
    if stat.S_ISLNK(mode):
        raise refuse("GT007")
    if not stat.S_ISREG(mode):
        raise refuse("GT006")


def _lies_in(real: str, base: str) -> bool:
    real, base = os.path.normcase(real), os.path.normcase(base)
    return real == base or real.startswith(base.rstrip(os.sep) + os.sep)


def _walk(base: str, parts: tuple[str, ...], refuse: Refuse) -> int:
    """Open a resolved path step by step, so that no exchanged folder can lead it elsewhere."""
    folder = os.open(base, _PASS)
    try:
        for part in parts[:-1]:
            if stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode):
                raise refuse("GT007")
            inner = os.open(part, _PASS | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Looked at before it is opened: to open a pipe or a device can already do something.
        last = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        _require_regular(last.st_mode, refuse)
        return os.open(parts[-1], _READ | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)


def _open_and_compare(real: str, refuse: Refuse) -> int:
    """Open a resolved path where folders cannot be opened, as on Windows."""
    _require_regular(Path(real).lstat().st_mode, refuse)
    descriptor = os.open(real, _READ | _NO_LINK)
    now = os.path.realpath(real)
    same = os.path.normcase(now) == os.path.normcase(real)
    if not (same and os.path.samestat(os.fstat(descriptor), Path(now).stat())):
        os.close(descriptor)
        raise refuse("GT005", reason="it was exchanged meanwhile")
    return descriptor


def _matches(name: str, part: str) -> bool:
    if name.startswith((".", "~$")) and not part.startswith(name[0]):
        return False
    return fnmatchcase(unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", part))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    # A link that leads in a circle is none; it is refused when it is opened.
    with suppress(OSError):
        return entry.is_dir()
    return False


def _mode_to_keep(path: Pathlike, refuse: Refuse) -> int | None:
    """Return the mode of the old file, None without one; refuse what is not to be replaced."""
    _require_path(os.fspath(path), refuse)
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        raise refuse("GT089")
    _require_regular(mode, refuse)
    # Replacing asks for no right to write to the file; whoever took it away meant something.
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(mode) & 0o777


def _write(temporary: Path, chunks: Iterable[bytes], mode: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | _NO_LINK
    descriptor = os.open(temporary, flags, 0o666 if mode is None else mode)
    with os.fdopen(descriptor, "wb") as stream:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        stream.writelines(chunks)
        stream.flush()
        os.fsync(descriptor)


def _folder_to_disk(folder: Path) -> None:
    """Make the new names last; some systems know no such thing for folders."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
