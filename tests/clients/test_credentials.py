"""Where the API key comes from, and that it goes nowhere else."""

import os
import stat
import threading
from pathlib import Path

import pytest

from rgt_tui import places
from rgt_tui.clients import credentials, keyring_store
from rgt_tui.clients.credentials import find_key
from rgt_tui.domain.errors import NoCredentials
from tests.clients.processes import CANARY, Home


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("RUNPOD_API_KEY", "RUNPOD_API_KEY_FILE", "RGT_TUI_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    no_keyring = keyring_store.Answer(backend="none", problem="none is not used")
    monkeypatch.setattr(keyring_store, "read", lambda: no_keyring)
    return Home(tmp_path / "home")


def refusal(**how: object) -> str:
    with pytest.raises(NoCredentials) as caught:
        find_key(**how)  # type: ignore[arg-type]  # each test gives what find_key takes
    text = f"{caught.value.message} {caught.value.hint}"
    assert CANARY not in text
    return text


def test_without_any_key_the_three_ways_to_give_one_are_named() -> None:
    text = refusal()
    assert "rgt-tui login" in text
    assert "RUNPOD_API_KEY" in text
    assert "--api-key-file" in text


def test_places_are_asked_in_order(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.put(".runpod/config.toml", "apikey = 'k5'\n")
    assert (find_key().key.reveal(), find_key().source) == ("k5", "~/.runpod/config.toml")
    credentials.keep_in_file(credentials.sound("k4", "test"))
    assert (find_key().key.reveal(), find_key().source) == ("k4", "credentials file")
    held = keyring_store.Answer(backend="b", key=credentials.sound("k3", "test"), done=True)
    monkeypatch.setattr(keyring_store, "read", lambda: held)
    assert (find_key().key.reveal(), find_key().source) == ("k3", "keyring")
    monkeypatch.setenv("RUNPOD_API_KEY", "k2")
    found = find_key()
    assert (found.key.reveal(), found.source) == ("k2", "RUNPOD_API_KEY")
    monkeypatch.setenv("RUNPOD_API_KEY", "k2")
    monkeypatch.setenv("RUNPOD_API_KEY_FILE", str(home.put("k1", "k1\n")))
    found = find_key()
    assert (found.key.reveal(), found.source) == ("k1", "RUNPOD_API_KEY_FILE")
    found = find_key(key_file=home.put("k0", " k0 \r\n"))
    assert (found.key.reveal(), found.source) == ("k0", "--api-key-file")


def test_the_variable_leaves_the_environment_whoever_wins(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", CANARY)
    find_key(key_file=home.put("key", "other"))
    assert CANARY not in os.environ.values()


def test_a_credential_prints_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", CANARY)
    assert CANARY not in repr(find_key())


@pytest.mark.parametrize(
    "text", ["a b", "a\x00b", "a\nb", "rpa_\x1b[31m", "schlüssel", "x" * 1025, "a\x7f"]
)
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(text: str, home: Home) -> None:
    said = refusal(key_file=home.put("key", f"{CANARY}{text}"))
    assert "cannot be one" in said


def test_an_empty_key_file_is_an_error_and_the_next_place_is_not_asked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", "other-account")
    assert "is empty" in refusal(key_file=home.put("key", "\n"))


def test_an_empty_variable_counts_as_not_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", "  ")
    home.put(".runpod/config.toml", "apikey = 'k5'\n")
    assert find_key().source == "~/.runpod/config.toml"


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_key_file_that_others_can_read_is_used_with_a_warning(mode: int, home: Home) -> None:
    path = home.put("key", "k", mode)
    assert find_key(key_file=path).notes == (
        f"Others can read {path} (mode {mode:04o}); run: chmod 600 {path}",
    )


def test_a_key_file_that_everybody_can_write_is_refused(home: Home) -> None:
    assert "everybody can change it" in refusal(key_file=home.put("key", CANARY, 0o666))


def test_a_key_file_that_is_missing_a_folder_or_endless_is_refused(home: Home) -> None:
    assert "no such file" in refusal(key_file=home.path / "missing")
    assert "not a regular file" in refusal(key_file=home.path)
    assert "not a regular file" in refusal(key_file=Path("/dev/zero"))
    assert "longer than" in refusal(key_file=home.put("long", "x" * 70_000))
    assert "no file name" in refusal(key_file=Path("a\0b"))


def test_a_key_comes_out_of_a_pipe_however_slowly_it_is_written(home: Home) -> None:
    pipe = home.path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("w") as file:
            for part in ("rpa_", "slow", "\n"):
                file.write(part)
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    assert find_key(key_file=pipe).key.reveal() == "rpa_slow"
    writer.join()


def test_a_pipe_nobody_writes_into_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "PIPE_S", 0.2)
    os.mkfifo(home.path / "pipe")
    assert "nothing complete came out" in refusal(key_file=home.path / "pipe")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("apikey = 'top'\napiurl = 'x'\n", "top"),
        ('[default]\napi_key = "dflt"\n', "dflt"),
        ('[work]\napi_key = "work"\n', "work"),
        ('apikey = "top"\n[default]\napi_key = "dflt"\n', "top"),
        ('apikey = ""\n[default]\napi_key = "dflt"\n', "dflt"),
        ('apiKey = "top"\n', "top"),
    ],
)
def test_both_dialects_of_the_runpod_file_are_read(text: str, key: str, home: Home) -> None:
    home.put(".runpod/config.toml", text)
    assert find_key().key.reveal() == key


def test_two_different_keys_in_the_runpod_file_are_told(home: Home) -> None:
    home.put(".runpod/config.toml", 'apikey = "top"\n[default]\napi_key = "dflt"\n')
    assert find_key().notes == ("~/.runpod/config.toml holds two keys; that of apikey is used.",)


def test_a_profile_chooses_its_section_and_no_other(home: Home) -> None:
    home.put(".runpod/config.toml", f'apikey = "{CANARY}"\n[work]\napi_key = "w"\n[b]\napi_key="b"')
    assert find_key(profile="work").key.reveal() == "w"
    assert "sections with one: work, b" in refusal(profile="home")


def test_several_profiles_without_a_choice_are_an_error(home: Home) -> None:
    home.put(".runpod/config.toml", f'[a]\napi_key = "{CANARY}"\n[b]\napi_key="{CANARY}"')
    assert "keys in a, b" in refusal()


@pytest.mark.parametrize(
    "text", [f"apikey = {CANARY}\n", "[[", "x = " + "[" * 5000, "n = " + "9" * 5000, "\x00"]
)
def test_a_broken_runpod_file_is_told_without_its_content(text: str, home: Home) -> None:
    home.put(".runpod/config.toml", text)
    assert "it is not TOML" in refusal()


def test_a_runpod_file_that_is_a_fifo_does_not_hold_up(home: Home) -> None:
    (home.path / ".runpod").mkdir()
    os.mkfifo(home.path / ".runpod/config.toml")
    assert "not a regular file" in refusal()


def test_a_runpod_file_that_others_can_read_is_used_with_a_warning(home: Home) -> None:
    home.put(".runpod/config.toml", "apikey = 'k'\n", 0o644)
    assert "chmod 600" in find_key().notes[0]


def test_our_own_file_is_private_and_goes_away() -> None:
    path = credentials.keep_in_file(credentials.sound("k", "test"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path == places.credentials_file()
    assert credentials.drop_file()
    assert not credentials.drop_file()


def test_a_keyring_that_hung_is_told_beside_the_key_that_was_found(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = keyring_store.Answer(problem="the keyring did not answer within 3 s")
    monkeypatch.setattr(keyring_store, "read", lambda: late)
    home.put(".runpod/config.toml", "apikey = 'k'\n")
    assert "did not answer" in find_key().notes[0]


def test_without_a_home_it_says_that_there_is_no_key(home: Home) -> None:
    del home.environment["HOME"]
    ran = home.python(
        "from rgt_tui.clients.credentials import find_key\n"
        "from rgt_tui.domain.errors import NoCredentials\n"
        "try: find_key()\nexcept NoCredentials as e: print(e.code)\n"
        "else: print('no_api_key')  # a key of the account this test runs in\n"
    )
    assert ran.stdout.strip() == "no_api_key", ran.stderr
