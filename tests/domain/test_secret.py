import pickle

import pytest

from rgt_tui.domain.secret import Secret


def test_a_secret_shows_a_mask_however_it_is_printed() -> None:
    secret = Secret("rpa_CANARY")
    shown = f"{secret} {secret!r} {secret:>20} {[secret]} %s" % secret
    assert "CANARY" not in shown
    assert secret.reveal() == "rpa_CANARY"


def test_masks_do_not_tell_the_length() -> None:
    assert str(Secret("a")) == str(Secret("a" * 99))


def test_a_secret_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("x"))


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")
