import pytest

from rgt_tui.domain.bootlog import BootLog
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        'OCI runtime create failed: runc create failed: unable to start container process: exec: "/start.sh": stat /start.sh: no such file or directory: unknown',
        "api_server.py: error: unrecognized arguments: --port 8000 bash",
        "/usr/bin/env: 'bash\\r': No such file or directory",
        'exec: "python": executable file not found in $PATH: unknown',
        "[FATAL tini (7)] exec /start.sh failed: Permission denied",
        "permission denied while trying to run /entrypoint.sh",
        "serve.py: error: the following arguments are required: --model",
        "/bin/bash: /start.sh: No such file or directory",
    ],
)
def test_text_that_shows_it_is_rp10(text: str) -> None:
    assert "RP10" in codes(text)


def test_an_exec_error_in_the_system_log_is_rp10_with_the_command() -> None:
    line = 'OCI runtime create failed: exec: "/start.sh": stat /start.sh: no such file or directory'
    log = BootLog(trouble=line, trouble_at=NOW - 5)
    found = finding("RP10", a_pod(runtime=None, args="python x.py"), log, source="log")
    assert found.is_present
    assert found.evidence[1].said == "its start command: python x.py"


def test_a_program_that_prints_its_options_got_the_wrong_arguments() -> None:
    lines = "usage: api_server.py [-h] [--host HOST]\n            [--dtype {auto,half}]"
    assert codes(lines) == ["RP10"]
