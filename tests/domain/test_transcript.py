import codecs
import random
import time
from collections.abc import Iterator
from io import BytesIO

import pytest

from rgt_tui.domain.text import clean
from rgt_tui.domain.transcript import CHUNK, ROW_MAX, Rows, lines_in, lines_of


def lines(raw: bytes) -> list[str]:
    return list(lines_of(BytesIO(raw)))


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_the_mark_at_the_beginning_says_how_a_text_is_written(mark: bytes, encoding: str) -> None:
    assert lines(mark + "a \u00e9\r\nb\n".encode(encoding)) == ["a \u00e9", "b"]


def test_an_end_without_a_line_feed_and_empty_lines_are_kept() -> None:
    assert lines(b"") == []
    assert lines(b"a\n\r\n\nb") == ["a", "", "", "b"]
    assert lines(b"a\xff\n") == ["a\ufffd"]


def test_what_a_chunk_cuts_is_put_together() -> None:
    row = "x" * (CHUNK - 1) + "\u00e9"
    (whole,) = lines(row.encode())
    assert whole.endswith("characters)")
    assert lines(b"\n" * (CHUNK - 1) + "\u00e9\n".encode())[-1] == "\u00e9"


def test_of_a_bar_the_last_picture_is_told_and_what_stands_between_is_a_line_of_its_own() -> None:
    raw = b"50%|##\r 60%|##\rOSError: x\r 70%|##\r 80%|##\ndone\r\n"
    assert lines(raw) == [" 60%|##", "OSError: x", " 80%|##", "done"]


@pytest.mark.parametrize("picture", [b"\r%d%%|##| 1.2it/s", b"\r", b"a%d", b"\r%da"])
def test_a_row_of_many_megabytes_costs_no_more_than_its_length(picture: bytes) -> None:
    def pictures() -> Iterator[bytes]:
        for number in range(600_000):
            yield picture % number if b"%d" in picture else picture * 8

    raw = b"".join(pictures())
    began = time.process_time()
    told = lines(raw + b"\nlast\n")
    assert time.process_time() - began < 5.0
    assert told[-1] == "last"
    assert len(told) < 5 + 2 * (1 + len(raw) // ROW_MAX)


def test_each_line_knows_the_row_it_is_from() -> None:
    dice = random.Random(8)
    rows = [
        dice.choice(["a", "", "1%\r2%\rb\r3%", "x\ry\rz", "\r\r", "50%\r60%"]) for _ in range(300)
    ]
    whose = Rows()
    told = list(lines_of(BytesIO("\n".join([*rows, "end"]).encode()), whose))
    alone = [len(lines(f"{row}\n".encode())) for row in rows]
    expected = [number for number, count in enumerate(alone, 1) for _ in range(count)]
    assert [whose.of(line) for line in range(1, len(told) + 1)] == [*expected, len(rows) + 1]


@pytest.mark.parametrize("picture", [b"x", b"\r%d%%"], ids=["plain", "bar"])
@pytest.mark.parametrize("end", [b"\nend", b""], ids=["more", "none"])
def test_a_row_that_is_told_in_parts_is_one_row(picture: bytes, end: bytes) -> None:
    raw = b"begin\n" + picture * (9 * ROW_MAX // 4 // len(picture)) + end
    whose = Rows()
    told = list(lines_of(BytesIO(raw), whose))
    assert len(told) > 3
    rows = [whose.of(line) for line in range(1, len(told) + 1)]
    assert rows == [{"begin": 1, "end": 3}.get(line, 2) for line in told]


def test_a_cleaned_line_of_a_log_is_parted_as_a_terminal_would_have_drawn_it() -> None:
    assert lines_in(clean("1%|# |\r2%|##|\rno space left\r3%|##|")) == (
        "2%|##|",
        "no space left",
        "3%|##|",
    )
    assert lines_in("plain") == ("plain",)
