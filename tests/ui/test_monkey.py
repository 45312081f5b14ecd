"""Random keys on the real console: nothing is lost by accident. `make soak` presses a million."""

from typing import Final

import pytest

from tests.soak import monkey

EVENTS: Final = 600


async def test_random_keys_pastes_and_resizes_stop_and_delete_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rgt_tui.ui.screens.confirm.DEAF_S", 0.001)  # put back afterwards
    asked = await monkey.run(EVENTS, seed=20261127)
    assert asked["DELETE"] == asked["stop"] == asked["restart"] == asked["terminate"] == 0
