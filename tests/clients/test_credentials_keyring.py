"""Keyrings of every kind, as real plug-ins in a process of their own."""

from pathlib import Path

import pytest

from tests.clients.processes import CANARY, Home

ASK = """
import sys, time
from rgt_tui.clients import keyring_store
from rgt_tui.domain.secret import Secret
started = time.monotonic()
answer = {call}
print(answer.backend, answer.done, answer.key.reveal() if answer.key else None, sep="|")
print(answer.problem)
print(time.monotonic() - started)
assert sys.stdin is sys.__stdin__
"""
STORE = f"keyring_store.keep(Secret('{CANARY}'))"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def asked(home: Home, call: str) -> tuple[str, str, float]:
    ran = home.python(ASK.format(call=call), stdin="typed ahead\n")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    first, problem, seconds = ran.stdout.split("\n")[:3]
    return first, problem, float(seconds)


def test_a_key_is_stored_read_in_another_process_and_removed(home: Home) -> None:
    home.keyring("Working")
    name = "tests.clients.keyrings.Working"
    assert asked(home, "keyring_store.read()")[:2] == (f"{name}|True|None", "")
    assert asked(home, STORE)[:2] == (f"{name}|True|{CANARY}", "")
    assert (home.path / "keyring/runpod.RUNPOD_API_KEY").read_text() == CANARY
    assert asked(home, "keyring_store.read()")[0] == f"{name}|True|{CANARY}"
    assert asked(home, "keyring_store.forget()")[:2] == (f"{name}|True|None", "")
    assert asked(home, "keyring_store.forget()")[:2] == (f"{name}|False|None", "")


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("keyring.backends.null.Keyring", "keeps nothing"),
        ("keyring.backends.fail.Keyring", "no keyring service"),
        ("tests.clients.keyrings.Poor", "priority is 0.5"),
        ("tests.clients.keyrings.PlaintextKeyring", "clear text"),
    ],
)
def test_a_backend_that_does_not_keep_secrets_is_refused_by_name(
    home: Home, backend: str, why: str
) -> None:
    home.environment["PYTHON_KEYRING_BACKEND"] = backend
    for call in (STORE, "keyring_store.read()", "keyring_store.forget()"):
        first, problem, _ = asked(home, call)
        assert first == f"{backend}|False|None"
        assert f"{backend} is not used" in problem
        assert why in problem
    assert list((home.path / "keyring").iterdir()) == []


def test_a_backend_that_takes_a_key_and_does_not_give_it_back_is_told(home: Home) -> None:
    home.keyring("Forgetful")
    first, problem, _ = asked(home, STORE)
    assert first.endswith("|False|None")
    assert "does not give it back" in problem


def test_a_backend_that_keeps_what_was_removed_is_told(home: Home) -> None:
    home.keyring("Clinging")
    asked(home, STORE)
    assert "still gives the key" in asked(home, "keyring_store.forget()")[1]


def test_a_backend_that_never_answers_is_given_up_after_three_seconds(home: Home) -> None:
    home.keyring("Slow")
    first, problem, seconds = asked(home, "keyring_store.read()")
    assert first == "|False|None"
    assert problem == "the keyring did not answer within 3 s"
    assert 2.9 < seconds < 5.0


@pytest.mark.parametrize("backend", ["Asking", "Reading"])
def test_a_backend_that_asks_questions_gets_no_answer(home: Home, backend: str) -> None:
    home.keyring(backend)
    first, problem, seconds = asked(home, "keyring_store.read()")
    assert first.endswith("|False|None")
    assert "failed (EOFError)" in problem
    assert seconds < 2.9


def test_the_words_of_a_failing_backend_are_not_repeated(home: Home) -> None:
    home.keyring("Raising")
    first, problem, _ = asked(home, STORE)
    assert "failed (RuntimeError)" in problem
    assert CANARY not in first + problem


def test_a_backend_that_does_not_exist_is_told(home: Home) -> None:
    home.environment["PYTHON_KEYRING_BACKEND"] = "no.such.Backend"
    assert "failed (ModuleNotFoundError)" in asked(home, "keyring_store.read()")[1]


def test_of_a_chain_the_first_backend_that_will_do_is_used(home: Home) -> None:
    home.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.chainer.ChainerBackend"
    code = (
        "import tests.clients.keyrings as k, keyring.backend as b\n"
        "b.get_all_keyring = lambda: [k.Poor(), k.PlaintextKeyring(), k.Working()]\n"
    )
    ran = home.python(code + ASK.format(call=STORE))
    assert ran.stdout.startswith(f"tests.clients.keyrings.Working|True|{CANARY}"), ran.stderr


def test_a_chain_of_useless_backends_is_refused_by_their_names(home: Home) -> None:
    home.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.chainer.ChainerBackend"
    code = (
        "import tests.clients.keyrings as k, keyring.backend as b\n"
        "b.get_all_keyring = lambda: [k.Poor(), k.PlaintextKeyring()]\n"
    )
    ran = home.python(code + ASK.format(call=STORE))
    assert "tests.clients.keyrings.PlaintextKeyring, tests.clients.keyrings.Poor" in ran.stdout


def test_importing_the_store_does_not_import_keyring(home: Home) -> None:
    ran = home.python("import sys, rgt_tui.clients.credentials; print('keyring' in sys.modules)")
    assert ran.stdout.strip() == "False", ran.stderr
