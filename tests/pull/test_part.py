"""A part is written and proven at once, by threads of their own: neither takes the other's bytes."""

import hashlib
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rgt_tui.clients.pull_part import CHUNK, PIECE, Part, Span

PIECES = 12


def test_what_is_read_again_while_more_is_written_stays_what_it_is(tmp_path: Path) -> None:
    content = os.urandom(PIECE) * PIECES
    file = tmp_path / "part"
    part = Part(lambda: os.open(file, os.O_RDWR | os.O_CREAT, 0o600), len(content))
    pieces = [memoryview(content)[at : at + PIECE] for at in range(0, len(content), PIECE)]

    def write(number: int) -> None:
        views = [pieces[number][at : at + 32_768] for at in range(0, PIECE, 32_768)]
        part.write(number * PIECE, views)
        sha256 = hashlib.sha256(pieces[number]).hexdigest()
        part.add(Span(number * PIECE, (number + 1) * PIECE, sha256))

    with ThreadPoolExecutor(2) as threads:
        for number in (1, 0, *range(2, PIECES)):  # out of order: what follows is read again
            written = threads.submit(write, number)
            proven = threads.submit(part.prove)
            written.result()
            assert proven.result() == []
        assert part.prove() == []
    assert part.is_proven
    assert part.sha256 == hashlib.sha256(content).hexdigest()
    assert file.read_bytes() == content
    part.close()


def test_odd_pieces_are_written_where_they_belong(tmp_path: Path) -> None:
    content = os.urandom(CHUNK * 2 + 12_345)
    file = tmp_path / "part"
    part = Part(lambda: os.open(file, os.O_RDWR | os.O_CREAT, 0o600), len(content))
    whole, cuts = memoryview(content), (0, 1, 5000, CHUNK - 1, CHUNK + 7, CHUNK * 2, len(content))
    part.write(0, [whole[a:b] for a, b in itertools.pairwise(cuts)])
    part.add(Span(0, len(content), hashlib.sha256(content).hexdigest()))
    assert part.prove() == []
    assert (part.is_proven, file.read_bytes()) == (True, content)
    part.close()
