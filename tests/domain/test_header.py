import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.domain.header import PREFIX, check_safetensors, header_length, recognise


def a_file(**spans: tuple[int, int]) -> tuple[bytes, bytes]:
    """The header of tensors at these offsets, and the whole file."""
    table = {
        name: {"dtype": "U8", "shape": [end - start], "data_offsets": [start, end]}
        for name, (start, end) in spans.items()
    }
    header = json.dumps({"__metadata__": {"format": "pt"}, **table}).encode()
    end = max((span[1] for span in spans.values()), default=0)
    return header, len(header).to_bytes(8, "little") + header + bytes(end)


def test_a_whole_file_has_every_byte_accounted_for() -> None:
    header, whole = a_file(a=(0, 10), b=(10, 30))
    assert header_length(whole[:PREFIX], len(whole)) == len(header)
    found = check_safetensors(header, len(whole))
    assert (found.verdict, found.said) == ("ok", "2 tensors, every byte accounted for")


@given(st.integers(1, 29))
def test_a_file_that_is_cut_anywhere_in_its_tensors_is_broken(cut: int) -> None:
    header, whole = a_file(a=(0, 10), b=(10, 30))
    assert check_safetensors(header, len(whole) - cut).verdict == "broken"


@pytest.mark.parametrize("spans", [{"a": (0, 10), "b": (12, 30)}, {"a": (0, 10), "b": (5, 30)}])
def test_a_gap_or_an_overlap_is_broken(spans: dict[str, tuple[int, int]]) -> None:
    header, whole = a_file(**spans)
    assert check_safetensors(header, len(whole)).verdict == "broken"


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"null", b"{", b'{"a": 1}', b'{"a": {"data_offsets": "x"}}', b"[" * 9999]
)
def test_what_is_no_table_is_broken_and_not_fatal(header: bytes) -> None:
    assert check_safetensors(header, 100).verdict == "broken"


@given(st.binary(max_size=16), st.integers(0, 1000))
def test_a_length_never_reaches_beyond_the_file(prefix: bytes, size: int) -> None:
    length = header_length(prefix, size)
    assert length is None or length + PREFIX <= size


@pytest.mark.parametrize(
    ("name", "prefix", "size", "verdict", "kind"),
    [
        ("a.pt", b"PK\x03\x04....", 99, "unknown", "zip (torch.save)"),
        ("a.gguf", b"GGUF....", 99, "unknown", "gguf"),
        ("a.bin", b"????????", 99, "unknown", ""),
        ("a.pt", b"", 0, "broken", ""),
        ("a.safetensors", b"\xff" * 8, 99, "broken", "safetensors"),
    ],
)
def test_other_formats_are_recognised_and_never_called_ok(
    name: str, prefix: bytes, size: int, verdict: str, kind: str
) -> None:
    found = recognise(name, prefix, size)
    assert (found.verdict, found.format) == (verdict, kind)
