from tests.pty.demo import READY, demo

SHOWN_BY = {"down": "> 001", "c": "2 GPU", "t": "a toast", "m": "question?"}


def test_no_color_sends_no_colour_code_at_all() -> None:
    with demo(env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for(READY)
        for key, text in SHOWN_BY.items():
            terminal.press(key)
            terminal.wait_for(text)
        terminal.settle(quiet_s=0.15)

        assert terminal.colour_codes() == []
        assert b"\x1b[1m" in terminal.raw


def test_no_color_holds_on_the_stock_wire_too() -> None:
    with demo("--stock", env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for(READY)
        terminal.settle(quiet_s=0.15)

        assert terminal.colour_codes() == []


def test_a_terminal_with_sixteen_colours_gets_no_others() -> None:
    with demo(env={"TERM": "xterm", "COLORTERM": None}) as terminal:
        terminal.wait_for(READY)
        terminal.settle(quiet_s=0.15)

        assert terminal.colour_codes()
        assert b"38;2" not in terminal.raw
        assert b"38;5" not in terminal.raw
