"""Parquet as columns of values, read part by part by pyarrow.

What the file says of itself is doubted before anything is unpacked: a footer can lie about
its length, and a few bytes can claim a billion rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from govtree._extras import need
from govtree.tables._csv import Notes, Stop

__all__ = ["ParquetTable"]

_MAGIC = b"PAR1"
_MOST_FOOTER_BYTES = 2**24
_MOST_PART_BYTES = 2**31
_MOST_PARTS = 10_000
#: Rows of a table whose ids differ take more than a bit each, however well they are packed.
_ROWS_A_BYTE = 8
_ROWS_ALWAYS = 100_000
_ROWS = 65_536


class ParquetTable:
    """A table in a Parquet file: its header, and its columns some rows at a time.

    Attributes:
        header: Names of the columns.
        rows: Rows handed on so far.
    """

    def __init__(self, stream: BinaryIO, notes: Notes) -> None:
        parquet = need("pyarrow.parquet", extra="arrow")
        self._arrow = need("pyarrow", extra="arrow")
        self._notes = notes
        self.rows = 0
        size = self._require_frame(stream)
        with self._telling():
            self._file = parquet.ParquetFile(
                stream,
                thrift_string_size_limit=_MOST_FOOTER_BYTES,
                thrift_container_size_limit=_MOST_FOOTER_BYTES // 16,
            )
            self.header: list[str] = list(self._file.schema_arrow.names)
        claimed = self._file.metadata.num_rows
        most = max(_ROWS_ALWAYS, _ROWS_A_BYTE * size)
        if claimed > most:
            notes.add("GT066", count=f"{claimed:,}", what="num_rows", limit=f"{most:,}")
            raise Stop

    def slices(self, names: Sequence[str]) -> Iterator[list[Sequence[Any]]]:
        """Yield the columns called *names*, some rows at a time."""
        with self._telling():
            self._require_modest_parts()
            for batch in self._file.iter_batches(_ROWS, columns=sorted(set(names))):
                self.rows += batch.num_rows
                yield [self._values(batch.column(name)) for name in names]
        if self.rows != self._file.metadata.num_rows:
            self._refuse("it holds fewer rows than it says")

    def _require_frame(self, stream: BinaryIO) -> int:
        size = stream.seek(0, 2)
        stream.seek(0)
        head = stream.read(4)
        stream.seek(max(size - 8, 0))
        tail = stream.read(8)
        if size < 12 or head != _MAGIC or tail[4:] != _MAGIC:
            self._refuse("it does not begin and end as such a file does")
        if int.from_bytes(tail[:4], "little") > min(size - 12, _MOST_FOOTER_BYTES):
            self._refuse("its footer is longer than it can be")
        stream.seek(0)
        return size

    def _require_modest_parts(self) -> None:
        """Refuse a file whose parts are too many, or take too much room unpacked."""
        metadata = self._file.metadata
        # No column is asked: of a damaged file, pyarrow answers that by ending the process.
        sizes = [
            metadata.row_group(part).total_byte_size
            for part in range(min(metadata.num_row_groups, _MOST_PARTS))
        ]
        for count, what, limit in (
            (metadata.num_row_groups, "row_groups", _MOST_PARTS),
            (max(sizes, default=0), "total_byte_size", _MOST_PART_BYTES),
        ):
            if count > limit:
                self._notes.add("GT066", count=f"{count:,}", what=what, limit=f"{limit:,}")
                raise Stop

    def _values(self, column: Any) -> Any:
        if self._arrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        return column.to_numpy(zero_copy_only=False)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what pyarrow says of a broken file into a problem."""
        try:
            yield
        except (self._arrow.ArrowException, OSError, ValueError, MemoryError) as error:
            # Its own words may quote the file; the first line tells enough.
            self._refuse(str(error).partition("\n")[0][:100] or type(error).__name__)

    def _refuse(self, reason: str) -> None:
        self._notes.add("GT065", reason=reason)
        raise Stop
