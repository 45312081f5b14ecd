"""What loads files with their frameworks: started once, and none of them touches the next."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rgt_tui.verifiers import Broken, Unsure, _framework
from rgt_tui.verifiers._load import _PROGRAMS, load


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    _framework.end()
    yield
    _framework.end()


def test_files_that_share_a_framework_cost_one_start_and_none_touches_the_next(
    tmp_path: Path,
) -> None:
    for number in range(3):
        np.save(tmp_path / f"{number}.npy", np.arange(10))
    (tmp_path / "1.npy").write_bytes(b"\x93NUMPY\x01\x00\x02\x00{}")
    found = [load(str(tmp_path / "0.npy"), "npy")]
    (process,) = (one for one in _framework._running.values() if one.poll() is None)
    with pytest.raises(Broken, match="the framework's load failed"):
        load(str(tmp_path / "1.npy"), "npy")
    found.append(load(str(tmp_path / "2.npy"), "npy"))
    assert [count for _, count in found] == [80, 80]
    assert process in _framework._running.values()
    assert process.poll() is None


def test_a_load_that_kills_its_process_costs_its_own_verdict_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "a.npy", np.arange(10))
    with monkeypatch.context() as changed:
        changed.setitem(_PROGRAMS, "npy", "import os\nos.kill(os.getpid(), 11)")
        with pytest.raises(Unsure, match="ended without an answer"):
            load(str(tmp_path / "a.npy"), "npy")
        changed.setitem(_PROGRAMS, "npy", "import os\nos.kill(os.getppid(), 9)")
        with pytest.raises(Unsure, match="did not answer"):
            load(str(tmp_path / "a.npy"), "npy")
    assert load(str(tmp_path / "a.npy"), "npy")[1] == 80


def test_a_load_that_goes_on_for_ever_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rgt_tui.verifiers._framework.LIMIT_S", 1)
    monkeypatch.setitem(_PROGRAMS, "npy", "import time\ntime.sleep(100)")
    with pytest.raises(Unsure, match="ended without an answer"):
        load(str(tmp_path / "a.npy"), "npy")
