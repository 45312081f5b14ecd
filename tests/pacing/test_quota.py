import random
import string
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.pacing.quota import Quota, Window, read_quota

LIVE = '"minute";r=41;t=12, "hour";r=2800;t=1812, "day";r=49500;t=45012'
POLICY = '"minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400'
NAMES = st.text(string.ascii_letters + string.digits + "_- ", min_size=1, max_size=12)
COUNTS = st.integers(0, 10**12)


def test_the_documented_headers_give_three_windows_with_sizes() -> None:
    quota = read_quota(LIVE, POLICY)
    assert quota.windows[0] == Window(
        name="minute", remaining=41, resets_in_s=12.0, limit=60, length_s=60.0
    )
    assert [(w.name, w.remaining, w.limit) for w in quota.windows[1:]] == [
        ("hour", 2800, 3000),
        ("day", 49500, 50000),
    ]


def test_no_headers_is_no_window_and_no_error() -> None:
    assert read_quota(None, None) == Quota()


def test_a_missing_policy_leaves_the_size_unknown() -> None:
    assert read_quota('"minute";r=5;t=3', None).windows[0].limit is None


def test_the_tightest_window_is_the_one_with_the_smallest_share_left() -> None:
    tightest = read_quota('"minute";r=50;t=12, "day";r=500;t=9', POLICY).tightest()
    assert tightest is not None
    assert tightest.name == "day"


def test_negative_numbers_are_held_at_zero() -> None:
    window = read_quota('"minute";r=-3;t=-1', '"minute";q=-60;w=0').windows[0]
    assert (window.remaining, window.resets_in_s, window.limit) == (0, 0.0, None)


@given(st.lists(st.tuples(NAMES, COUNTS, COUNTS), min_size=1, max_size=5))
def test_every_well_formed_header_is_read_as_an_independent_parser_reads_it(
    members: list[tuple[str, int, int]],
) -> None:
    header = ", ".join(f'"{name}";r={left};t={seconds}' for name, left, seconds in members)
    parsed: Any = http_sf.parse(header.encode(), tltype="list")
    oracle = [(name, parameters["r"], parameters["t"]) for name, parameters in parsed]
    ours = [(w.name, w.remaining, w.resets_in_s) for w in read_quota(header, None).windows]
    assert ours == oracle


@pytest.mark.parametrize("seed", range(4))
def test_five_thousand_mutated_headers_raise_nothing(seed: int) -> None:
    rng = random.Random(seed)
    alphabet = string.printable + '";=,-\x00\x1b\u202eé' + "9" * 20
    for _ in range(5000):
        text = list(LIVE + POLICY[: rng.randrange(len(POLICY))])
        for _ in range(rng.randrange(1, 12)):
            place = rng.randrange(len(text))
            text[place : place + rng.randrange(3)] = rng.choices(alphabet, k=rng.randrange(4))
        header = "".join(text)
        for window in read_quota(header, header).windows:
            assert window.remaining >= 0
            assert window.resets_in_s >= 0
