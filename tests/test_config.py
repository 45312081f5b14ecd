"""The configuration: what it says is followed or refused in one clear sentence."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rgt_tui import config
from rgt_tui.config import Config, load
from rgt_tui.domain.errors import BadConfig


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RUNPOD_API_BASE_URL", raising=False)
    (tmp_path / "config").mkdir(mode=0o700)
    return tmp_path


def written(text: str | bytes) -> Path:
    path = Path(os.environ["RGT_TUI_HOME"]) / "config" / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    return path


def refused(text: str | bytes) -> BadConfig:
    written(text)
    with pytest.raises(BadConfig) as caught:
        load()
    return caught.value


def test_without_a_file_everything_has_its_default() -> None:
    assert load() == Config()


def test_every_setting_of_a_file_is_followed(home: Path) -> None:
    file = written(
        'read_only = false\n[api]\nbase_url = "http://127.0.0.1:4010/v2/"\n'
        '[credentials]\nrunpod_profile = "work"\n'
        '[ssh]\nidentity_files = ["~/.ssh/a", "/k/b"]\nconnect_timeout_s = 5\n'
        'jump_host = "me@bastion.example.com:2222,[::1]:22"\n'
        '[alerts]\nexec = ["/bin/page", "--now"]\nwebhook_file = "~/hook"\non = "critical"\n'
        '[ui]\nwire = "stock"\n'
    )
    assert load() == Config(
        read_only=False,
        base_url="http://127.0.0.1:4010",
        identity_files=(home / ".ssh/a", Path("/k/b")),
        connect_timeout_s=5.0,
        jump_host="me@bastion.example.com:2222,[::1]:22",
        wire="stock",
        runpod_profile="work",
        alert_exec=("/bin/page", "--now"),
        alert_webhook_file=home / "hook",
        alert_on="critical",
        file=file,
    )


def test_dotted_keys_inline_tables_crlf_and_a_byte_order_mark_are_toml_too() -> None:
    written(b'\xef\xbb\xbfui = {wire = "stock"}\r\napi.base_url = "http://127.0.0.1:1"\r\n')
    assert (load().wire, load().base_url) == ("stock", "http://127.0.0.1:1")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    written('[api]\nbase_url = "http://127.0.0.1:1"\n')
    monkeypatch.setenv("RUNPOD_API_BASE_URL", "http://127.0.0.1:2/")
    assert load().base_url == "http://127.0.0.1:2"


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1:1",
        "ftp://a",
        "https://",
        "https://user:hunter2@host",
        "https://host/path",
        "https://host?x=1",
        "https://host:99999",
        "https://ho st",
        "https://host\x1b[31m",
        "https://[::1",
    ],
)
def test_an_address_that_is_no_origin_is_refused_without_repeating_a_password(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_API_BASE_URL", value)
    with pytest.raises(BadConfig, match="RUNPOD_API_BASE_URL: expected an origin") as caught:
        load()
    assert "hunter2" not in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("text", "line", "expected", "found"),
    [
        ("[[", 1, "TOML", ""),
        ("# fine\n\n[ui]\nwire diff\n", 4, "TOML", ""),
        ("x = " + "[" * 5000, None, "brackets", ""),
        ("n = " + "9" * 5000, 1, "TOML", ""),
        (b"[ui]\nwire = '\xff'\n", 2, "UTF-8", "other bytes"),
        ("\x00" * 64, 1, "TOML", ""),
        (
            "[zzz]\na=1",
            1,
            "one of alerts, api, checkpoints, credentials, guard, money, ssh, ui",
            "unknown section [zzz]",
        ),
        ("\n[uii]\n", 2, "expected ui", "unknown section [uii]"),
        ("[ui]\n\nwires = 'diff'", 3, "expected wire", "unknown key ui.wires"),
        ("read_onyl = true", 1, "expected read_only", "unknown key read_onyl"),
        ("ui = 3", 1, "a section [ui]", "a value"),
        ("[ui]\nwire = 'fast'", 2, '"diff" or "stock"', "'fast'"),
        ("read_only = 'yes'", 1, "true or false", "'yes'"),
        ("[ssh]\n# connect_timeout_s\nconnect_timeout_s = true", 3, "1 to 120", "True"),
        ("[ssh]\njump_host = '-oProxyCommand=x'", 2, "[USER@]HOST", "'-oProxyCommand=x'"),
        ("[ssh]\nconnect_timeout_s = nan", 2, "1 to 120", "nan"),
        ("[ssh]\nidentity_files = ['id']", 2, "a list of file names", "['id']"),
        ("ssh.connect_timeout_s = 0", 1, "1 to 120", "0"),
        ("[guard]\n\nwaivable = ['identity']", 3, "can never be waived", "identity"),
        ("[guard]\nwaivable = ['loads', 'approval']", 2, "can never be waived", "approval"),
        ("[guard]\nwaivable = ['load']", 2, 'a list of "blast radius", "durable"', "['load']"),
        ("[guard]\nwaivable = 'loads'", 2, "a list of", "'loads'"),
        ("[guard]\nwaivable = [{}]", 2, "a list of", "[{}]"),
        ("[guard]\nwaive = []", 2, "expected waivable", "unknown key guard.waive"),
        ("[api]\nbase_url = 'https://u:hunter2@h'", 2, "an origin", "a user or password"),
    ],
)
def test_what_cannot_be_followed_is_told_with_file_line_expected_and_found(
    text: str | bytes, line: int | None, expected: str, found: str
) -> None:
    error = refused(text)
    assert "config.toml" in error.message
    assert line is None or f"line {line}:" in error.message
    assert expected in error.message
    assert found in error.message
    assert "hunter2" not in error.message + error.hint
    assert error.message.isprintable()
    assert len(error.message) < 400
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [("[]", ()), ('["loads"]', ("loads",)), ('["quiet", "quiet"]', ("quiet",))],
)
def test_what_may_be_waived_is_a_setting(text: str, names: tuple[str, ...]) -> None:
    written(f"[guard]\nwaivable = {text}\n")
    assert load().waivable == names


def test_a_key_in_the_wrong_section_is_sent_to_the_right_one() -> None:
    assert "ssh.connect_timeout_s" in refused("[ui]\nconnect_timeout_s = 3").hint


def test_an_api_key_in_the_configuration_is_refused_and_not_repeated() -> None:
    error = refused('[api]\napi_key = "rpa_CANARY"')
    assert "login" in error.hint
    assert "CANARY" not in error.message + error.hint


def test_the_file_that_is_refused_is_left_as_it_is() -> None:
    refused("[[")
    path = Path(os.environ["RGT_TUI_HOME"]) / "config" / "config.toml"
    assert path.read_text() == "[["
    assert [p.name for p in path.parent.iterdir()] == ["config.toml"]


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no such configuration file"):
        load(tmp_path / "missing.toml")


def test_a_fifo_a_folder_and_a_long_file_are_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "long").write_bytes(b"#" * (config.LARGEST_FILE + 1))
    for name, word in (("fifo", "regular file"), (".", "regular file"), ("long", "longer")):
        with pytest.raises(BadConfig, match=word):
            load(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_cannot_be_read_is_told() -> None:
    written("").chmod(0)
    with pytest.raises(BadConfig, match="permission denied"):
        load()


def test_a_file_that_everybody_can_change_is_refused_with_the_remedy() -> None:
    written("").chmod(0o666)
    with pytest.raises(BadConfig, match="everybody can change it") as caught:
        load()
    assert caught.value.hint.startswith("Run: chmod go-w")


def test_a_file_that_a_group_can_change_is_used_and_noted() -> None:
    written("").chmod(0o664)
    assert "chmod g-w" in load().notes[0]


def test_the_template_sets_nothing_and_each_of_its_lines_works_when_uncommented() -> None:
    template = config.template()
    assert tomllib.loads(template) == {
        "alerts": {},
        "api": {},
        "checkpoints": {},
        "credentials": {},
        "guard": {},
        "ssh": {},
        "money": {},
        "ui": {},
    }
    lines = [
        line.removeprefix("# ") if " = " in line and line.startswith("# ") else line
        for line in template.splitlines()
    ]
    written("\n".join(lines))
    assert load().base_url == Config().base_url
    assert load().runpod_profile == "default"


def test_every_field_a_file_can_set_is_printed() -> None:
    sections = config.as_sections(load())
    assert {(s.section, s.key) for s in config.SETTINGS} == {
        (section, key) for section, keys in sections.items() for key in keys
    }


def test_reading_the_configuration_loads_no_wire_library() -> None:
    code = "import sys, rgt_tui.config; rgt_tui.config.load(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"httpx", "keyring", "textual", "click"}.isdisjoint(ran.stdout.split())


@pytest.mark.parametrize("globs", ['"*.x"', "[5]", '["*"]', '["**/"]', '[""]', '["a\\u0007"]'])
def test_globs_that_name_nothing_or_everything_are_refused(globs: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[checkpoints]\nglobs = {globs}\n")
    with pytest.raises(BadConfig, match=r"line 2: checkpoints.globs: expected a list"):
        load(file)


def test_globs_name_what_counts_as_a_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[checkpoints]\nglobs = ["*.mymodel", "/workspace/runs/*/state.dat"]\n')
    assert load(file).checkpoints == ("*.mymodel", "/workspace/runs/*/state.dat")


def test_a_cadence_is_hours_for_all_pods_or_by_the_pods_name(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[checkpoints]\ncadence = 2\n")
    assert load(file).cadence == (("*", 2.0),)
    file.write_text('[checkpoints]\ncadence = [["train-*", 0.5], ["*", 6]]\n')
    assert load(file).cadence == (("train-*", 0.5), ("*", 6.0))


@pytest.mark.parametrize("wrong", ["0", "-1", "true", '"2h"', '[["a"]]', '[["a", "b"]]'])
def test_a_cadence_that_is_no_time_is_refused_with_its_line(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[checkpoints]\ncadence = {wrong}\n")
    with pytest.raises(BadConfig, match=r"line 2: checkpoints.cadence: expected hours"):
        load(file)
