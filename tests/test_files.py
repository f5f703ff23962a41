"""The door through which files come in, and the saver through which they go out."""

from __future__ import annotations

import errno
import io
import os
import pickle
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree import _files
from govtree._files import LIMITS, Folder, Limits, save, save_all
from govtree._markup import HIDDEN
from govtree._names import NearMisses
from govtree.errors import ConfigError, FileError, Location, StructureError

PROJECT = Path(__file__).resolve().parent.parent
posix = pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and modes of POSIX")
SECRET = b"root:x:0:0: do not show"

#: The hint where nothing is near.
NOWHERE = "look at how it is spelled; paths in a structure file begin in its folder"


@pytest.fixture
def place(tmp_path):
    """Return a structure's folder, with a secret beside it."""
    inside = tmp_path / "structure"
    (inside / "reports").mkdir(parents=True)
    (inside / "households.csv").write_bytes(b"id\nH-1\n")
    (inside / "reports" / "a.csv").write_bytes(b"a")
    (inside / "reports" / "b.csv").write_bytes(b"b")
    (tmp_path / "secret.csv").write_bytes(SECRET)
    (tmp_path / "structure-2").mkdir()
    (tmp_path / "structure-2" / "near.csv").write_bytes(SECRET)
    return inside


def refused(call, *args, **options):
    """Return the code of the one problem with which *call* is refused."""
    with pytest.raises(FileError) as caught:
        call(*args, **options)
    text = str(caught.value)
    assert SECRET.decode() not in text
    assert "\n" not in text
    assert not HIDDEN.search(text)
    (found,) = caught.value.problems
    return found.code


def open_descriptors():
    return len(names_in(Path("/dev/fd"))) if Path("/dev/fd").is_dir() else 0


def names_in(folder):
    return sorted(each.name for each in folder.iterdir())


# Reading


@posix
@given(st.text(), st.text(max_size=3))
def test_no_name_whatever_brings_a_foreign_exception(start, end):
    """Any text at all is read or refused, as a name and as a pattern."""
    folder = Folder(PROJECT / "docs")
    name = start + end
    for call in (folder.read_bytes, folder.expand):
        with suppress(FileError):
            call(name)


@pytest.mark.parametrize(
    "name",
    [
        "households.csv",
        "./households.csv",
        "reports/../households.csv",
        "reports/.//../households.csv",
    ],
)
def test_a_file_inside_is_read(place, name):
    """A path that ends inside is read, however it is written, from any current folder."""
    assert Folder(place).read_bytes(name) == b"id\nH-1\n"
    assert Folder(str(place) + "/").read_bytes(str(place / "households.csv")) == b"id\nH-1\n"
    with Folder(place).open(name) as stream:
        assert stream.readable()
        assert stream.seekable()
        assert stream.readline() == b"id\n"
        assert stream.seek(0) == 0
        assert list(stream) == [b"id\n", b"H-1\n"]
        assert stream.seek(-4, os.SEEK_END) == 3
        assert stream.read() == b"H-1\n"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("household.csv", "GT001"),
        ("households.csv/x", "GT001"),
        ("nowhere/x.csv", "GT001"),
        ("~root.csv", "GT001"),
        ("http:/x.csv", "GT001"),
        ("../secret.csv", "GT002"),
        ("../no-such-file.csv", "GT002"),
        ("../structure-2/near.csv", "GT002"),
        ("reports/../../secret.csv", "GT002"),
        ("nowhere/../../secret.csv", "GT002"),
        ("..", "GT002"),
        ("/etc/passwd", "GT002"),
        ("/etc/no-such-file", "GT002"),
        ("/dev/zero", "GT002"),
        ("/proc/self/environ", "GT002"),
        ("/proc/self/root/etc/passwd", "GT002"),
        (".", "GT003"),
        ("reports", "GT003"),
        ("reports/", "GT003"),
        ("", "GT008"),
        ("a\0b", "GT008"),
        ("\ud800.csv", "GT008"),
        ("~/x.csv", "GT008"),
        ("~", "GT008"),
        ("http://example.org/x.csv", "GT008"),
        ("FILE:///etc/passwd", "GT008"),
        ("s3://bucket/x.csv", "GT008"),
        ("//host/share/x.csv", "GT008"),
        ("\\\\host\\share\\x.csv", "GT008"),
        ("x" * 300, "GT008"),
        ("x/" * 3_000, "GT008"),
        ("x" * 5_000_000, "GT008"),
        ("\x1b]0;x\x07\n::error::\u202e.csv", "GT001"),
    ],
)
def test_a_path_that_is_no_file_inside_is_refused(place, name, code):
    """Each way out has its code, and a file outside is refused whether it is there or not."""
    before = open_descriptors()

    assert refused(Folder(place).read_bytes, name) == code
    assert refused(Folder(place).open, name) == code
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("household.csv", "did you mean 'households.csv'?"),
        ("Households.csv", "did you mean 'households.csv'?"),
        ("reports/A.csv", "did you mean 'reports/a.csv'?"),
        ("reports\\a.csv", "did you mean 'reports/a.csv'?"),
        (
            "nowhere.xlsx",
            NOWHERE,
        ),
        (
            "nowhere/a.csv",
            NOWHERE,
        ),
    ],
)
def test_a_missing_file_has_a_near_name_as_hint(place, name, hint):
    """The hint names the file in that folder that was probably meant."""
    with pytest.raises(FileError) as caught:
        Folder(place).read_bytes(name)

    assert caught.value.problems[0].mend() == hint


@posix
def test_no_hint_names_what_lies_outside(place):
    """Names in a folder outside are never looked at, also by way of a link."""
    (place / "out").symlink_to(place.parent)
    with pytest.raises(FileError) as caught:
        Folder(place).read_bytes("out/secre.csv")

    assert [each.code for each in caught.value.problems] == ["GT002"]
    assert "secret" not in str(caught.value)


@posix
def test_links_are_followed_inside_only(place):
    """A link, or a folder that is one, is judged by where it leads."""
    (place / "near.csv").symlink_to("reports/a.csv")
    (place / "absolute.csv").symlink_to(place / "reports" / "a.csv")
    (place / "folder").symlink_to("reports")
    (place / "chain.csv").symlink_to("near.csv")
    for name in ("near.csv", "absolute.csv", "folder/a.csv", "chain.csv"):
        assert Folder(place).read_bytes(name) == b"a"

    (place / "far.csv").symlink_to("../secret.csv")
    (place / "far").symlink_to("..")
    (place / "device.csv").symlink_to("/dev/zero")
    (place / "self.csv").symlink_to("/proc/self/fd/0")
    (place / "gone.csv").symlink_to("/etc/no-such-file")
    for name in ("far.csv", "far/secret.csv", "device.csv", "self.csv", "gone.csv"):
        assert refused(Folder(place).read_bytes, name) == "GT002"

    (place / "dangling.csv").symlink_to("no-such-file.csv")
    assert refused(Folder(place).read_bytes, "dangling.csv") == "GT001"
    (place / "to-folder.csv").symlink_to("reports")
    assert refused(Folder(place).read_bytes, "to-folder.csv") == "GT003"


@posix
def test_a_link_to_the_folder_itself_is_its_folder(place):
    """The root may be a link; what counts is where it leads."""
    (place.parent / "link").symlink_to(place)

    assert Folder(place.parent / "link").read_bytes("households.csv") == b"id\nH-1\n"
    assert refused(Folder(place.parent / "link").read_bytes, "../secret.csv") == "GT002"


@posix
def test_links_in_a_circle_are_refused(place):
    """A link to itself, two to one another, and two thousand in a row are refused alike."""
    (place / "self.csv").symlink_to("self.csv")
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    (place / "up").symlink_to("up/x")
    for name in ("self.csv", "a", "a/x.csv", "up/x.csv"):
        assert refused(Folder(place).read_bytes, name) == "GT007"

    (place / "row-0").symlink_to("households.csv")
    for number in range(1, 2_000):
        (place / f"row-{number}").symlink_to(f"row-{number - 1}")
    assert Folder(place).read_bytes("row-20") == b"id\nH-1\n"
    # Some versions of Python follow as many as there are.
    with suppress(FileError):
        assert Folder(place).read_bytes("row-1999") == b"id\nH-1\n"


@posix
def test_what_is_no_regular_file_is_refused_without_waiting(place, monkeypatch):
    """A pipe that nobody writes, a socket and a device are refused at once."""
    os.mkfifo(place / "pipe.csv")
    assert refused(Folder(place).open, "pipe.csv") == "GT006"

    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(place)
        listening.bind("socket.csv")
        assert refused(Folder(place).open, "socket.csv") == "GT006"

    for name in ("zero", "null", "tty"):
        assert refused(Folder("/dev").open, name) == "GT006"


@posix
def test_a_pipe_is_not_even_opened(place):
    """A writer that waits for a reader is not set free by a look at the pipe."""
    os.mkfifo(place / "pipe.csv")
    assert refused(Folder(place).open, "pipe.csv") == "GT006"

    with pytest.raises(OSError, match="No such device") as caught:
        os.open(place / "pipe.csv", os.O_WRONLY | os.O_NONBLOCK)
    assert caught.value.errno == errno.ENXIO


def test_a_huge_file_is_refused_before_it_takes_memory(place):
    """Size is looked at before anything is read: a sparse terabyte costs nothing."""
    with (place / "huge.csv").open("wb") as huge:
        huge.truncate(2**40)

    assert refused(Folder(place).read_bytes, "huge.csv") == "GT004"
    assert refused(Folder(place).open, "huge.csv") == "GT004"


@pytest.mark.parametrize(("size", "limit", "fits"), [(9, 9, True), (10, 9, False), (0, 0, True)])
def test_a_limit_is_the_most_that_fits(place, size, limit, fits):
    """A file of as many bytes as the limit is read, one more is not."""
    (place / "x").write_bytes(b"x" * size)
    if fits:
        assert Folder(place).read_bytes("x", limit=limit) == b"x" * size
        assert Folder(place, limits=Limits(structure_bytes=limit)).read_bytes("x") == b"x" * size
    else:
        assert refused(Folder(place).read_bytes, "x", limit=limit) == "GT004"
        small = Folder(place, limits=Limits(structure_bytes=limit, table_bytes=limit))
        assert refused(small.read_bytes, "x") == "GT004"
        assert refused(small.open, "x") == "GT004"


def test_a_file_that_grows_while_it_is_read_meets_the_limit(place):
    """What is appended after the file was opened is not read behind the limit."""
    with (place / "x").open("wb") as growing:
        growing.write(b"x" * 600_000)
    with Folder(place).open("x", limit=700_000) as stream:
        assert len(stream.read(10)) == 10
        with (place / "x").open("ab") as growing:
            growing.write(b"y" * 600_000)
        assert refused(stream.read) == "GT004"
        assert refused(stream.read, 1) == "GT004"
    with Folder(place).open("x", limit=2_000_000) as stream:
        assert len(stream.read()) == 1_200_000


def test_one_byte_more_than_the_limit_is_read_and_no_further(place):
    """From a file that grew without end, only the byte that tells so is taken."""
    (place / "x").write_bytes(b"x")
    sizes = []

    class Endless(io.FileIO):
        def readinto(self, buffer):
            sizes.append(len(buffer))
            return super().readinto(buffer)

    with Folder(place).open("x", limit=9) as stream, stream.raw._file:
        stream.raw._file = Endless(place / "x")

        assert stream.read() == b"x"
    assert sizes == [10, 9]


@posix
def test_what_was_opened_is_judged_not_what_was_looked_at(place, monkeypatch):
    """A descriptor that turns out to be no regular file is refused and closed."""
    reading, writing = os.pipe()
    monkeypatch.setattr(_files, "_walk", lambda *_: reading)

    assert refused(Folder(place).open, "households.csv") == "GT006"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reading)
    os.close(writing)


@posix
def test_a_failing_disk_is_told_in_reading(place):
    """An error of the system while reading is a refusal, not an OSError."""

    class Broken(io.FileIO):
        def readinto(self, _):
            raise OSError(errno.EIO, "Input/output error")

    with Folder(place).open("households.csv") as stream, stream.raw._file:
        stream.raw._file = Broken(place / "households.csv")

        assert refused(stream.read) == "GT005"
        assert refused(stream.read, 1) == "GT005"


@pytest.fixture
def nobody():
    """Take the rights of root away while a test runs."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def closed():
    """Return a folder that others may enter, with a file and a folder that they may not read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "open.csv").write_bytes(b"1")
        (folder / "closed.csv").write_bytes(SECRET)
        (folder / "closed").mkdir()
        (folder / "closed.csv").chmod(0)
        (folder / "closed").chmod(0)
        yield folder
        (folder / "closed").chmod(0o755)


@posix
def test_a_file_without_permission_is_refused(closed, nobody):
    """A file that may not be read, or whose folder may not be entered, is refused."""
    folder = Folder(closed)

    assert folder.read_bytes("open.csv") == b"1"
    assert refused(folder.open, "closed.csv") == "GT005"
    assert refused(folder.open, "closed/a.csv") == "GT005"
    assert refused(folder.expand, "closed/*") == "GT005"
    assert refused(save, closed / "new.csv", b"1") == "GT088"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.EMFILE, errno.ESTALE])
def test_an_error_of_the_system_is_a_refusal(place, monkeypatch, number):
    """Whatever the system says to opening becomes one problem with its reason."""

    def fail(*args, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(_files.os, "open", fail)
    with pytest.raises(FileError) as caught:
        Folder(place).open("households.csv")

    assert str(caught.value) == (
        f"households.csv: error[GT005]: 'households.csv' cannot be read ({os.strerror(number)})"
    )


@posix
def test_a_folder_exchanged_meanwhile_leads_nowhere(place, monkeypatch):
    """A folder that becomes a link between resolving and opening is not followed."""
    resolve = Folder._resolve

    def exchange_after(folder, name, refuse):
        real = resolve(folder, name, refuse)
        if (place / "reports").is_dir() and not (place / "reports").is_symlink():
            (place / "reports").rename(place / "old")
            (place / "reports").symlink_to(place.parent / "structure-2")
        return real

    monkeypatch.setattr(Folder, "_resolve", exchange_after)

    assert refused(Folder(place).open, "reports/near.csv") == "GT007"


@posix
@pytest.mark.parametrize("walks", [True, False])
def test_a_file_exchanged_meanwhile_is_not_followed(place, monkeypatch, walks):
    """A file that becomes a link between looking and opening is refused, on every system."""
    monkeypatch.setattr(_files, "_WALKS", walks)
    require = _files._require_regular

    def exchange_after(mode, refuse):
        require(mode, refuse)
        target = place / "households.csv"
        if not target.is_symlink():
            target.unlink()
            target.symlink_to(place.parent / "secret.csv")

    monkeypatch.setattr(_files, "_require_regular", exchange_after)

    assert refused(Folder(place).open, "households.csv") == "GT007"


@posix
def test_systems_without_folder_descriptors_compare_instead(place, monkeypatch):
    """Where folders cannot be opened, the opened file is compared with its resolved path."""
    monkeypatch.setattr(_files, "_WALKS", False)
    os.mkfifo(place / "pipe.csv")
    (place / "far.csv").symlink_to("../secret.csv")

    assert Folder(place).read_bytes("reports/a.csv") == b"a"
    assert refused(Folder(place).open, "pipe.csv") == "GT006"
    assert refused(Folder(place).open, "reports") == "GT003"
    assert refused(Folder(place).open, "gone") == "GT001"
    assert refused(Folder(place).open, "far.csv") == "GT002"

    resolve = Folder._resolve
    before = open_descriptors()

    def exchange_after(folder, name, refuse):
        real = resolve(folder, name, refuse)
        (place / "reports").rename(place / "old")
        (place / "reports").symlink_to(place / "old")
        return real

    monkeypatch.setattr(Folder, "_resolve", exchange_after)
    assert refused(Folder(place).open, "reports/a.csv") == "GT005"
    assert open_descriptors() == before


def test_further_folders_are_allowed_by_name_only(place):
    """A named folder widens the door to itself, and to nothing else."""
    wide = Folder(place, also=[place.parent / "structure-2"])

    assert wide.read_bytes("../structure-2/near.csv") == SECRET
    assert wide.read_bytes(str(place.parent / "structure-2" / "near.csv")) == SECRET
    assert wide.expand("../structure-2/*.csv") == ("../structure-2/near.csv",)
    assert refused(wide.read_bytes, "../secret.csv") == "GT002"


def test_a_folder_that_is_not_there_has_no_files(place):
    """A structure in a missing folder is a missing file."""
    assert refused(Folder(place / "nowhere").open, "x.csv") == "GT001"
    assert refused(Folder(place / "nowhere").expand, "*.csv") == "GT001"


def test_the_problem_stands_where_the_path_was_written(place):
    """A caller says where the path is written; the refusal is a configuration error."""
    where = Location("a.yaml", line=9, column=12)
    with pytest.raises(ConfigError) as caught:
        Folder(place).open("../secret.csv", where=where)

    assert caught.value.problems[0].where == where
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# Patterns


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("households.csv", ("households.csv",)),
        ("../secret.csv", ("../secret.csv",)),
        ("reports/*.csv", ("reports/a.csv", "reports/b.csv", "reports/é.csv")),
        ("./reports/[ab].c?v", ("./reports/a.csv", "./reports/b.csv")),
        ("*/a.csv", ("reports/a.csv",)),
        ("rep*/*", ("reports/a.csv", "reports/b.csv", "reports/é.csv")),
        ("reports/\u00e9.*", ("reports/é.csv",)),
        ("*", ("households.csv",)),
        (".h*", (".hidden.csv",)),
    ],
)
def test_a_pattern_becomes_sorted_paths(place, pattern, paths):
    """A pattern gives files only, sorted, without hidden ones; a plain path gives itself."""
    (place / "reports" / "e\u0301.csv").write_bytes(b"")
    (place / "reports" / "~$a.csv").write_bytes(b"")
    (place / ".hidden.csv").write_bytes(b"")

    found = Folder(place).expand(pattern)
    assert tuple(each.replace("e\u0301", "é") for each in found) == paths


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("reports/*.xlsx", "GT001"),
        ("*/missing.csv", "GT001"),
        ("nowhere/*", "GT001"),
        ("households.csv/*", "GT001"),
        ("../*", "GT002"),
        ("/etc/*", "GT002"),
        ("*/../../*", "GT002"),
        ("reports/../../structure-2/*", "GT002"),
        ("~/*", "GT008"),
        ("http://example.org/*", "GT008"),
        ("*\0", "GT008"),
        ("*" * 5_000, "GT008"),
        ("[" * 100, "GT001"),
        ("[!z-a]*[]", "GT001"),
        ("**/../../**", "GT002"),
    ],
)
def test_a_pattern_stays_inside(place, pattern, code):
    """A pattern that leads outside is refused, one that finds nothing is a missing file."""
    assert refused(Folder(place).expand, pattern) == code


@posix
def test_a_pattern_goes_through_no_link_to_the_outside(place):
    """What a pattern finds is opened by the same door, and no folder outside is listed."""
    (place / "reports" / "far.csv").symlink_to("../../secret.csv")
    (place / "reports" / "loop.csv").symlink_to("loop.csv")

    folder = Folder(place)
    found = folder.expand("reports/*.csv")
    assert found == ("reports/a.csv", "reports/b.csv", "reports/far.csv", "reports/loop.csv")
    assert refused(folder.open, found[2]) == "GT002"
    assert refused(folder.open, found[3]) == "GT007"

    (place / "out").symlink_to("../structure-2")
    assert refused(folder.expand, "*/*.csv") == "GT002"
    assert refused(folder.expand, "out/*.csv") == "GT002"
    assert refused(folder.expand, "*/near.csv") == "GT002"


def test_a_pattern_is_bounded(place):
    """Neither too many matches nor too many names are looked at."""
    few = Folder(place, limits=Limits(files=1))
    assert refused(few.expand, "reports/*") == "GT009"
    assert few.expand("reports/a*") == ("reports/a.csv",)
    assert refused(Folder(place, limits=Limits(names=1)).expand, "reports/a*") == "GT009"
    with pytest.raises(FileError) as caught:
        Folder(place, limits=Limits(names=1)).open("household.csv")
    assert caught.value.problems[0].mend() == NOWHERE


def test_a_pattern_that_would_take_for_ever_does_not(place):
    """Many stars before a name that almost matches cost nothing."""
    (place / ("a" * 200)).write_bytes(b"")

    assert refused(Folder(place).expand, "a*" * 100 + "b") == "GT001"


# Limits


def test_the_page_of_limits_is_the_table():
    """docs/limits.md names every limit, its default and what it counts."""
    page = (PROJECT / "docs" / "limits.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| (.+) \|$", page, re.MULTILINE)

    assert rows == [
        (each.name, f"{each.default:,}", each.metadata["what"]) for each in attrs.fields(Limits)
    ]
    assert Limits() == LIMITS


def test_rooms_below_keep_to_the_table():
    """What is shown and hinted by rooms that cannot read the table is what the table says."""
    assert LIMITS.shown == StructureError.SHOWN

    unknown = [f"B-{number}O" for number in range(LIMITS.hints + 1)]
    misses = NearMisses([f"B-{number}0" for number in range(100)])
    answers = [misses.nearest(each) for each in unknown]
    assert answers == [f"B-{number}0" for number in range(LIMITS.hints)] + [""]


# Writing


def leftovers(folder):
    return [each for each in names_in(folder) if each.startswith(".govtree")]


@given(st.lists(st.binary()))
def test_what_was_saved_is_read_again(tmp_path_factory, chunks):
    """The file holds the chunks one after the other."""
    folder = tmp_path_factory.mktemp("saved")
    save(folder / "x.yaml", iter(chunks))

    assert Folder(folder).read_bytes("x.yaml") == b"".join(chunks)
    assert names_in(folder) == ["x.yaml"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755])
def test_an_old_file_keeps_its_mode(tmp_path, mode):
    """Replacing a file makes it neither more open nor more closed."""
    old = tmp_path / "x.yaml"
    old.write_bytes(b"old")
    old.chmod(mode)
    save(old, b"new")

    assert old.read_bytes() == b"new"
    assert stat.S_IMODE(old.stat().st_mode) == mode


@posix
def test_a_new_file_has_the_mode_of_new_files(tmp_path):
    """A new file gets what the mask of the process leaves, as any other."""
    before = os.umask(0o027)
    try:
        save(tmp_path / "x.yaml", b"new")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x.yaml").stat().st_mode) == 0o640


@posix
def test_a_link_is_not_written_through(tmp_path):
    """A target that is a link is refused, and what it leads to is as it was."""
    (tmp_path / "real.yaml").write_bytes(b"old")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")

    assert refused(save, tmp_path / "link.yaml", b"new") == "GT089"
    assert refused(save, tmp_path / "dangling.yaml", b"new") == "GT089"
    assert (tmp_path / "real.yaml").read_bytes() == b"old"
    assert not (tmp_path / "nowhere.yaml").exists()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("folder", "GT003"),
        ("nowhere/x.yaml", "GT088"),
        ("file/x.yaml", "GT088"),
        ("a\0b", "GT008"),
        ("\ud800", "GT008"),
        ("x" * 300, "GT088"),
        ("x" * 5_000, "GT008"),
    ],
)
def test_a_target_that_is_no_file_is_refused(tmp_path, monkeypatch, name, code):
    """What cannot be replaced by a file is refused, and nothing is written."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)

    assert refused(save, name, b"new") == code
    assert names_in(tmp_path) == ["file", "folder"]


@posix
def test_a_pipe_and_a_device_are_no_targets(tmp_path):
    """Writing never replaces a device or a pipe."""
    os.mkfifo(tmp_path / "pipe")

    assert refused(save, tmp_path / "pipe", b"new") == "GT006"
    assert refused(save, "/dev/null", b"new") == "GT006"


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    """Replacing needs no right to write to the file, but respects that it was taken away."""
    (tmp_path / "x.yaml").write_bytes(b"old")
    monkeypatch.setattr(_files.os, "access", lambda _, right: right != os.W_OK)

    assert refused(save, tmp_path / "x.yaml", b"new") == "GT088"
    assert (tmp_path / "x.yaml").read_bytes() == b"old"


@posix
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("call", ["open", "fdopen", "fchmod", "fsync", "replace", "lstat"])
def test_whatever_fails_the_old_file_stays_whole(tmp_path, monkeypatch, call, error):
    """A failure at any call to the system leaves the old file and no temporary one."""
    old = tmp_path / "x.yaml"
    old.write_bytes(b"old")
    failed = []

    def fail(*args, **options):
        failed.append(args)
        raise error

    owner = Path if call == "replace" else os
    expected = FileError if isinstance(error, OSError) else type(error)
    with monkeypatch.context() as patch:
        patch.setattr(owner, call, fail)
        with pytest.raises(expected):
            save(old, [b"new"] * 3)

    assert failed
    assert old.read_bytes() == b"old"
    assert names_in(tmp_path) == ["x.yaml"]


@posix
def test_a_temporary_file_is_never_somebody_elses(tmp_path, monkeypatch):
    """A file or link that already has the temporary name is neither written nor removed."""
    monkeypatch.setattr(_files.os, "urandom", lambda _: b"\x07")
    planted = tmp_path / ".govtree-07.tmp"
    planted.symlink_to("victim")
    (tmp_path / "victim").write_bytes(b"old")

    assert refused(save, tmp_path / "x.yaml", b"new") == "GT088"
    assert planted.is_symlink()
    assert (tmp_path / "victim").read_bytes() == b"old"
    assert not (tmp_path / "x.yaml").exists()


def test_all_bytes_are_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    """The file is flushed whole, then renamed, then its folder is flushed."""
    calls = []
    flush, replace = os.fsync, Path.replace

    def fsync(descriptor):
        status = os.fstat(descriptor)
        calls.append("folder" if stat.S_ISDIR(status.st_mode) else status.st_size)
        flush(descriptor)

    def rename(temporary, target):
        calls.append("rename")
        return replace(temporary, target)

    monkeypatch.setattr(_files.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    save(tmp_path / "x.yaml", [b"12", b"345"])

    assert calls == ([5, "rename", "folder"] if os.name == "posix" else [5, "rename"])


@posix
@pytest.mark.parametrize("size", [10, 1_000_000])
def test_a_full_disk_leaves_the_old_file(tmp_path, size):
    """A disk that takes no more bytes, early or at the last flush, changes nothing."""
    resource = pytest.importorskip("resource")
    old = tmp_path / "x.yaml"
    old.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5, hard))
    try:
        assert refused(save, old, b"x" * size) == "GT088"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert old.read_bytes() == b"old"
    assert names_in(tmp_path) == ["x.yaml"]


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt(), GeneratorExit()])
def test_chunks_that_fail_leave_the_old_file(tmp_path, error):
    """An exception from what makes the bytes passes through, and nothing is left behind."""
    old = tmp_path / "x.yaml"
    old.write_bytes(b"old")

    def chunks():
        yield b"new" * 1_000_000
        raise error

    with pytest.raises(type(error)):
        save(old, chunks())

    assert old.read_bytes() == b"old"
    assert names_in(tmp_path) == ["x.yaml"]


@posix
def test_a_killed_process_leaves_the_old_file(tmp_path):
    """A process killed in the middle of writing leaves the old file whole."""
    old = tmp_path / "x.yaml"
    old.write_bytes(b"old")
    code = (
        "import os, signal, sys\n"
        "from govtree._files import save\n"
        "def chunks():\n"
        "    yield b'new' * 1_000_000\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "save(sys.argv[1], chunks())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(old)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
    )

    assert done.returncode == -signal.SIGKILL
    assert old.read_bytes() == b"old"
    assert len(leftovers(tmp_path)) == 1
    save(old, b"new")
    assert old.read_bytes() == b"new"


def test_an_open_reader_sees_one_version(tmp_path):
    """Who opened the old file goes on reading the old file."""
    (tmp_path / "x.yaml").write_bytes(b"old" * 1_000_000)
    with Folder(tmp_path).open("x.yaml") as stream:
        start = stream.read(3)
        save(tmp_path / "x.yaml", b"new")

        assert start + stream.read() == b"old" * 1_000_000
    assert Folder(tmp_path).read_bytes("x.yaml") == b"new"


@posix
def test_a_folder_that_cannot_be_flushed_is_told_unless_it_never_can(tmp_path, monkeypatch):
    """The new file is whole when its folder fails; systems without such a flush are fine."""
    flush = os.fsync

    def fail(number):
        def fsync(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(number, os.strerror(number))
            flush(descriptor)

        return fsync

    monkeypatch.setattr(_files.os, "fsync", fail(errno.EINVAL))
    save(tmp_path / "x.yaml", b"1")
    monkeypatch.setattr(_files.os, "fsync", fail(errno.EIO))
    assert refused(save, tmp_path / "x.yaml", b"2") == "GT088"

    assert (tmp_path / "x.yaml").read_bytes() == b"2"
    assert leftovers(tmp_path) == []


def test_several_files_are_all_written_before_one_is_renamed(tmp_path):
    """When one of several cannot be written, none is changed."""
    (tmp_path / "a").write_bytes(b"old")
    files = {tmp_path / "a": b"new", tmp_path / "nowhere" / "b": b"new"}

    assert refused(save_all, files) == "GT088"
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names_in(tmp_path) == ["a"]


def test_several_files_take_their_names_in_the_order_given(tmp_path, monkeypatch):
    """The file that speaks of the others comes last when it is given last."""
    order = []
    replace = Path.replace

    def follow(temporary, target):
        assert len(leftovers(tmp_path)) == 3 - len(order)
        order.append(target.name)
        if target.name == "fails":
            raise OSError(errno.EIO, "broken")
        return replace(temporary, target)

    monkeypatch.setattr(Path, "replace", follow)
    save_all({tmp_path / "z.csv": b"1", tmp_path / "a.csv": [b"2"], tmp_path / "m.yaml": b"3"})
    assert order == ["z.csv", "a.csv", "m.yaml"]

    order.clear()
    assert refused(save_all, {tmp_path / x: b"4" for x in ("z.csv", "fails", "a.csv")}) == "GT088"
    contents = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert contents == {"z.csv": b"4", "a.csv": b"2", "m.yaml": b"3"}
