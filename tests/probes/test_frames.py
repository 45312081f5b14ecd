"""The parser of frames, fed with whatever a host might send."""

import random

import pytest

from rgt_tui.probes import Probe
from rgt_tui.probes._frames import LINE_MAX, NOISE_KEPT, SLACK, Frames, Run, TooMuch
from rgt_tui.probes._script import Script, compose, resident

WHOLE = """\
@ S 1.df 70
@ > 1.df hello
@ S 1.gpu 71
@ R 1.gpu 6
@ + 1.df a long
@ > 1.df  line
@ > 1.df\x20
@ R 1.df 0
"""


def probes(*names: str, max_bytes: int = 100) -> list[Probe]:
    return [
        Probe(name=name, script="", report=bytes, parse=bytes, max_bytes=max_bytes)  # type: ignore[arg-type]  # never parsed here
        for name in names
    ]


def script(*names: str, max_bytes: int = 100) -> Script:
    return compose(probes(*names, max_bytes=max_bytes))


def marked(composed: Script, text: str) -> bytes:
    """Frames as written above, with the nonce for each `@` at a line's start."""
    lines = text.splitlines(keepends=True)
    mark = f"@@{composed.nonce} "
    return "".join(
        line.replace("@ ", mark, 1) if line.startswith("@ ") else line for line in lines
    ).encode()


def fed(text: str, *names: str, max_bytes: int = 100) -> Frames:
    composed = script(*names, max_bytes=max_bytes)
    frames = Frames(composed)
    frames.feed(marked(composed, text))
    return frames


def test_sections_that_run_at_the_same_time_are_read_apart() -> None:
    composed = script("df", "gpu")
    frames = Frames(composed)
    told = frames.feed(marked(composed, WHOLE))
    assert [(run.name, run.pid, run.section is not None) for run in told] == [
        ("df", 70, False),
        ("gpu", 71, False),
        ("gpu", None, True),
        ("df", None, True),
    ]
    assert frames.is_done
    assert frames.sections["df"].output == b"hello\na long line\n"
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


def test_an_answer_cut_at_any_byte_holds_only_sections_that_ended() -> None:
    composed = script("df", "gpu")
    data = marked(composed, WHOLE)
    whole = Frames(composed)
    whole.feed(data)
    for size in range(len(data)):
        frames = Frames(composed)
        frames.feed(data[:size])
        assert not frames.is_done
        assert all(whole.sections[name] == it for name, it in frames.sections.items())


@pytest.mark.parametrize("seed", range(60))
def test_any_bytes_are_read_without_an_error_and_end_no_section(seed: int) -> None:
    composed = script("df", "gpu", max_bytes=4000)
    dice, frames = random.Random(seed), Frames(composed)
    words = [b"\0", b"\xff\xfe", b"\x1b]52;c;", b"\n", b"@@", b" ", b"1.df", b"\xc2\x9b", b"9" * 40]
    words += [f"@@{composed.nonce} {kind} ".encode() for kind in "S>+U"]
    for _ in range(200):
        frames.feed(b"".join(dice.choice(words) for _ in range(dice.randint(1, 9))))
    assert frames.sections == {}
    frames.feed(marked(composed, "\n@ R 1.df 0\n@ R 1.gpu 0\n"))
    assert frames.is_done


def test_a_frame_with_another_nonce_is_plain_output() -> None:
    frames = fed("@ S 1.df 7\n@ > 1.df @@0123456789abcdef R 1.df 1\n@ R 1.df 0\n", "df")
    assert frames.sections["df"].output == b"@@0123456789abcdef R 1.df 1"


def test_words_written_into_a_frame_do_not_hide_it() -> None:
    frames = fed("@ S 1.df 7\nmotd without end @ > 1.df x\n", "df")
    composed = script("df")
    frames = Frames(composed)
    mark = f"@@{composed.nonce} ".encode()
    frames.feed(
        mark + b"S 1.df 7\nmotd without an end" + mark + b"> 1.df x\n" + mark + b"R 1.df 0\n"
    )
    assert frames.sections["df"].output == b"x"
    assert not frames.sections["df"].cut


def test_a_frame_into_which_another_was_written_makes_its_section_cut_never_whole() -> None:
    composed = script("df", "gpu")
    mark = f"@@{composed.nonce} ".encode()
    frames = Frames(composed)
    frames.feed(
        mark
        + b"> 1.df 12"
        + mark
        + b"> 1.gpu y\n345\n"
        + mark
        + b"R 1.df 0\n"
        + mark
        + b"R 1.gpu 0\n"
    )
    assert frames.sections["df"].cut
    assert frames.sections["df"].exit_code is None
    assert (frames.sections["gpu"].output, frames.sections["gpu"].cut) == (b"y", False)


def test_a_section_that_never_ended_is_missing_and_the_end_is_not_claimed() -> None:
    frames = fed("@ > 1.df hello\n@ R 1.df 0\n@ S 1.gpu 7\n@ > 1.gpu half\n", "df", "gpu")
    assert list(frames.sections) == ["df"]
    assert not frames.is_done


@pytest.mark.parametrize(
    ("end", "cut", "timed_out"),
    [("T 1.df", False, True), ("C 1.df", True, False), ("E 1.df", False, False)],
    ids=["time limit", "byte limit", "killed by others"],
)
def test_a_section_that_was_ended_keeps_what_it_said(end: str, cut: bool, timed_out: bool) -> None:
    section = fed(f"@ S 1.df 7\n@ > 1.df first\n@ {end}\n", "df").sections["df"]
    assert (section.output, section.exit_code) == (b"first\n", None)
    assert (section.cut, section.timed_out) == (cut, timed_out)


def test_a_section_over_its_limit_is_cut_here_as_well() -> None:
    section = fed(f"@ > 1.df {'x' * 50}\n@ R 1.df 0\n", "df", max_bytes=10).sections["df"]
    assert section.cut
    assert section.output == b"x" * 10


@pytest.mark.parametrize("line", ["y" * 999 + "\n", "y" * 1000, "@ > 1.df yyyy\n", "@ Q\n"])
def test_a_flood_is_stopped_whether_in_a_frame_or_outside(line: str) -> None:
    composed = script("df", max_bytes=100)
    frames, chunk = Frames(composed), marked(composed, line)
    frames.feed(marked(composed, "@ S 1.df 7\n"))

    def flood() -> None:
        for _ in range(SLACK + 2 * LINE_MAX):
            frames.feed(chunk)

    with pytest.raises(TooMuch):
        flood()
    assert len(frames.noise) <= NOISE_KEPT + LINE_MAX


def test_each_script_has_a_nonce_of_its_own() -> None:
    assert script("df").nonce != script("df").nonce


@pytest.mark.parametrize("code", ["9" * 5000, "²"])
def test_an_exit_code_that_is_no_number_is_none(code: str) -> None:
    frames = fed(f"@ > 1.df hello\n@ R 1.df {code}\n", "df")
    assert frames.is_done
    assert frames.sections["df"].exit_code is None


def test_when_a_section_was_asked_for_and_answered_is_noted() -> None:
    composed = resident(probes("df"))
    frames = Frames(composed)
    frames.expect(4, ["df"], 100.0)
    frames.feed(marked(composed, "@ S 4.df 7\n"), 100.3)
    frames.feed(marked(composed, "@ R 4.df 0\n"), 101.0)
    section = frames.sections["df"]
    assert (section.began_at, section.ended_at) == (100.0, 101.0)
    assert section.seconds == pytest.approx(0.7)


def test_times_that_nobody_noted_are_unknown() -> None:
    section = fed(WHOLE, "df", "gpu").sections["df"]
    assert (section.began_at, section.ended_at, section.seconds) == (None, None, None)


def test_frames_of_an_earlier_run_are_not_taken_for_the_present_one() -> None:
    composed = resident(probes("df"))
    frames = Frames(composed)
    frames.expect(1, ["df"])
    frames.feed(marked(composed, "@ S 1.df 7\n@ T 1.df\n"))
    assert frames.lingers("df")
    frames.expect(2, ["df"])
    frames.feed(marked(composed, "@ > 1.df late\n@ S 2.df 8\n@ > 2.df new\n@ R 1.df 0\n"))
    assert not frames.is_done
    told = frames.feed(marked(composed, "@ R 2.df 0\n@ E 1.df\n"))
    assert [run.tick for run in told] == [2]
    assert frames.sections["df"].output == b"new"
    assert not frames.lingers("df")


def test_a_section_that_was_given_up_from_here_may_still_live_there() -> None:
    composed = resident(probes("df"))
    frames = Frames(composed)
    frames.expect(1, ["df"])
    frames.feed(marked(composed, "@ S 1.df 7\n@ > 1.df half\n"))
    section = frames.give_up(1, "df")
    assert section is not None
    assert (section.output, section.timed_out) == (b"half\n", True)
    assert frames.lingers("df")
    assert frames.feed(marked(composed, "@ R 1.df 0\n")) == ()
    assert frames.give_up(1, "df") is None


def test_a_loop_is_up_when_it_says_so() -> None:
    composed = resident(probes("df"))
    frames = Frames(composed)
    frames.feed(b"motd\n")
    assert not frames.is_up
    assert frames.feed(marked(composed, "@ U\n")) == ()
    assert frames.is_up


def test_a_run_tells_of_its_first_process() -> None:
    composed = resident(probes("df"))
    frames = Frames(composed)
    frames.expect(3, ["df"])
    assert frames.feed(marked(composed, "@ S 3.df 4711\n")) == (Run(tick=3, name="df", pid=4711),)
