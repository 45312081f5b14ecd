import io
import stat
from pathlib import Path

import pytest
from rich.console import Console

from rgt_tui.ui.terminal.app import TerminalApp
from rgt_tui.ui.terminal.fatal import last_words, mask, state_folder

KEY = "rpa_" + "A1B2C3D4" * 4


def _crash() -> RuntimeError:
    api_key = KEY
    try:
        raise RuntimeError(f"GET https://u:{api_key}@host said no")
    except RuntimeError as error:
        return error


def test_the_last_words_are_the_place_and_on_a_line_of_its_own_the_report(tmp_path: Path) -> None:
    line, path = last_words(_crash(), tmp_path).split("\n")

    [report] = tmp_path.iterdir()
    assert "RuntimeError in " in line
    assert "test_fatal.py:" in line
    assert path == str(report)


def test_a_report_can_be_printed_on_a_terminal(tmp_path: Path) -> None:
    last_words(RuntimeError("pod \x1b]0;owned\x07\x9b2J\u202e\rgone"), tmp_path)

    [report] = tmp_path.iterdir()
    text = report.read_text(encoding="utf-8")
    assert text.replace("\n", "").isprintable()
    assert "RuntimeError" in text or "gone" in text


async def test_the_reports_name_is_printed_whole_beyond_the_terminals_edge(
    tmp_path: Path,
) -> None:
    folder = tmp_path / ("deep" * 30)
    terminal = io.StringIO()
    app = TerminalApp(report_folder=folder)
    app.error_console = Console(file=terminal, width=40)
    with pytest.raises(RuntimeError):
        async with app.run_test(size=(40, 10)):
            app._handle_exception(_crash())

    [report] = folder.iterdir()
    assert str(report) in terminal.getvalue().splitlines()


def test_the_report_is_ours_alone_and_holds_no_secret_and_no_local(tmp_path: Path) -> None:
    line = last_words(_crash(), tmp_path)

    [report] = tmp_path.iterdir()
    text = report.read_text(encoding="utf-8")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert KEY not in text + line
    assert "in _crash" in text
    assert "RuntimeError: GET https://<masked>@host said no" in text


def test_a_secret_of_the_environment_is_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "plain-looking-words")
    last_words(RuntimeError("it was plain-looking-words all along"), tmp_path)

    [report] = tmp_path.iterdir()
    assert "plain-looking-words" not in report.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_said_in_the_same_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    assert "no report could be written" in last_words(_crash(), blocked / "below")


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "hf_abcdefghijklmnop",
        "ghp_0123456789abcdef",
        "sk-proj-0123456789ab",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln",
        "Bearer 0123456789abcdef",
        "password=hunter2hunter2",
        '"api_key": "0123456789"',
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_has_a_secrets_shape_is_masked(secret: str) -> None:
    value = secret.split()[-1] if "BEGIN" not in secret else "b3BlbnNzaC1r"

    assert value.strip('"').removeprefix("password=") not in mask(f"before {secret} after")


def test_ordinary_words_are_not_masked() -> None:
    text = "key j moves down; pod abc123 in EU-RO-1; /workspace/model.safetensors"

    assert mask(text) == text


def test_a_relative_state_folder_is_not_followed() -> None:
    assert state_folder({"XDG_STATE_HOME": "here", "HOME": "/home/x"}) == Path(
        "/home/x/.local/state/rgt-tui"
    )
