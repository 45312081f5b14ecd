import random

from tests.pty.demo import READY, demo


def test_bytes_that_are_not_utf_8_do_not_end_the_app() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.send(b"\xe9\xff\xc3\x28\x80")
        terminal.press("down")
        terminal.wait_for("> 001")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_thirty_thousand_random_bytes_do_not_end_the_app() -> None:
    with demo("--unkillable") as terminal:
        terminal.wait_for(READY)
        dice = random.Random(6456)
        for _ in range(30):
            terminal.send(dice.randbytes(1000))
        terminal.send(b"\x1b[201~\x1b[201~")  # ends a paste that chance may have begun
        terminal.pump(1.0)
        assert terminal.is_running
        assert terminal.termios_is_restored() is False


def test_a_long_paste_is_one_event_and_no_keys() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.press("i")
        terminal.send("\x1b[200~" + "q" * 20_000 + "\x1b[201~")
        terminal.wait_for("qqqq")
        assert terminal.is_running
