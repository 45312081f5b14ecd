import random

import pytest

from rgt_tui.probes import Probe
from rgt_tui.probes._frames import SLACK, Frames, TooMuch
from rgt_tui.probes._script import Script, compose

WHOLE = "S df\nhello\n\nR 0\nE 0\nS gpu\n\nR 6\nE 0\nD\n"


def script(*names: str, max_bytes: int = 100) -> Script:
    return compose(
        [
            Probe(name=name, script="", report=bytes, parse=bytes, max_bytes=max_bytes)  # type: ignore[arg-type]  # never parsed here
            for name in names
        ]
    )


def marked(composed: Script, text: str) -> bytes:
    """Frames as written above, with the nonce before each capital letter at a line's start."""
    lines = text.splitlines(keepends=True)
    return "".join(
        f"@@{composed.nonce} {line}" if line[:2] in ("S ", "R ", "E ", "D\n", "C\n") else line
        for line in lines
    ).encode()


def test_sections_are_read_with_output_and_exit_code() -> None:
    composed = script("df", "gpu")
    frames = Frames(composed)
    assert frames.feed(marked(composed, WHOLE)) == ("df", "gpu")
    assert frames.is_done
    assert frames.sections["df"].output == b"hello\n"
    assert frames.sections["df"].exit_code == 0
    assert frames.sections["gpu"].output == b""
    assert frames.sections["gpu"].exit_code == 6


@pytest.mark.parametrize("seed", range(20))
def test_chunks_of_any_size_give_the_same_sections(seed: int) -> None:
    composed = script("df", "gpu")
    data = b"Welcome to Ubuntu\n" + marked(composed, WHOLE)
    whole = Frames(composed)
    whole.feed(data)
    dice, parts = random.Random(seed), Frames(composed)
    while data:
        size = dice.choice([1, 2, 7, 40])
        parts.feed(data[:size])
        data = data[size:]
    assert parts.sections == whole.sections
    assert parts.is_done
    assert parts.noise == b"Welcome to Ubuntu\n"


def test_a_frame_with_another_nonce_is_plain_output() -> None:
    composed = script("df")
    forged = b"@@0123456789abcdef01234567 E 0\n@@ D\n@@%s E 0\n"
    frames = Frames(composed)
    head, tail = marked(composed, "S df\n"), marked(composed, "\nR 0\nE 0\nD\n")
    frames.feed(head + forged + tail)
    assert frames.sections["df"].output == forged


def test_a_section_that_never_ended_is_missing_and_the_end_is_not_claimed() -> None:
    composed = script("df", "gpu")
    frames = Frames(composed)
    frames.feed(marked(composed, "S df\nhello\n\nR 0\nE 0\nS gpu\nhalf"))
    assert list(frames.sections) == ["df"]
    assert not frames.is_done


def test_a_killed_section_keeps_what_it_said() -> None:
    composed = script("df")
    frames = Frames(composed)
    frames.feed(marked(composed, "S df\nfirst\nE 137\nD\n"))
    section = frames.sections["df"]
    assert (section.output, section.exit_code, section.timed_out) == (b"first\n", None, True)


def test_a_section_over_its_limit_is_cut_here_as_well() -> None:
    composed = script("df", max_bytes=10)
    frames = Frames(composed)
    frames.feed(marked(composed, "S df\n" + "x" * 50 + "\nR 0\nE 0\nD\n"))
    section = frames.sections["df"]
    assert section.cut
    assert section.output == b"x" * 10


def test_a_flood_outside_all_limits_is_stopped() -> None:
    frames = Frames(script("df", max_bytes=100))
    for _ in range(SLACK // 1000):
        frames.feed(b"y" * 1000)
    with pytest.raises(TooMuch):
        frames.feed(b"y" * 1000)


def test_each_script_has_a_nonce_of_its_own() -> None:
    assert script("df").nonce != script("df").nonce


@pytest.mark.parametrize("code", ["9" * 5000, "²"])
def test_an_exit_code_that_is_no_number_is_none(code: str) -> None:
    composed = script("df")
    frames = Frames(composed)
    frames.feed(marked(composed, f"S df\nhello\n\nR {code}\nE {code}\nD\n"))
    assert frames.is_done
    assert frames.sections["df"].exit_code is None
