"""What a process has loaded after a command: the static graph cannot see deferred imports."""

import subprocess
import sys

import pytest

HEAVY = ("runpod", "boto3", "fastapi", "paramiko", "requests", "prometheus_client")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in ran.stdout.splitlines()}


def test_help_loads_neither_textual_nor_any_wire_library() -> None:
    loaded = loaded_after("from rgt_tui.cli import main; main(['--help'])")
    assert loaded.isdisjoint({"textual", "httpx", "asyncssh", "keyring", "aiohttp", "rich", *HEAVY})


@pytest.mark.parametrize("module", ["app", "console", "engine", "session", "opening", "simulator"])
def test_no_module_of_the_console_loads_the_heavy_packages(module: str) -> None:
    assert loaded_after(f"import rgt_tui.{module}").isdisjoint(HEAVY)


def test_the_first_frame_needs_the_standard_library_only() -> None:
    loaded = loaded_after("import rgt_tui.boot, rgt_tui.splash")
    assert loaded.isdisjoint(
        {"click", "textual", "rich", "asyncio", "json", "dataclasses", "re"} - {"re"}
    )


def test_a_headless_triage_never_loads_textual() -> None:
    assert "textual" not in loaded_after(
        "from rgt_tui.cli import main; main(['--demo', 'triage', '--json', '--fail-on', 'never'])"
    )


def test_what_the_engine_needs_before_the_first_frame_leaves_the_wire_libraries_out() -> None:
    loaded = loaded_after(
        "import rgt_tui.engine; from rgt_tui.sources import all_sources; all_sources()"
    )
    assert loaded.isdisjoint({"httpx", "asyncssh", "sqlite3", "botocore", "aiohttp", *HEAVY})
