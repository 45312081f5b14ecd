"""What the stop's checklist says of what is lost, what it costs, what may go wrong, what else."""

from dataclasses import replace

from rgt_tui.actions.stop import ACTION, consequences
from tests.ui import scenes
from tests.ui.asking.seen import unlocked


def said() -> dict[str, str]:
    blocks = consequences(unlocked(), scenes.full_disk())
    return {b.title: "\n".join("".join(c.text for c in line) for line in b.lines) for b in blocks}


def test_it_needs_write_mode() -> None:
    assert ACTION.writes


def test_changed_files_sessions_and_exports_are_lost() -> None:
    lost = said()["1 Lost at once"]
    assert "changed since the start: 19.0G in 31204 files" in lost
    assert "9.0G  /root/.cache/pip" in lost
    assert "4.0G  /root/out/last.ckpt" in lost
    assert "tmux train" in lost
    assert "exported in shells" in lost


def test_what_was_not_listed_is_unknown_and_not_nothing() -> None:
    scene = replace(scenes.demo(), read_only=False)
    blocks = consequences(scene, scenes.full_disk())
    lost = "\n".join("".join(c.text for c in line) for line in blocks[0].lines)
    assert "not listed yet" in lost
    assert "tmux sessions (not seen)" in lost


def test_double_price_risk_and_break_even_are_told() -> None:
    found = said()
    assert "twice its running price" in found["3 Costs"]
    assert "/day" in found["3 Costs"]
    assert "0 GPUs" in found["4 Risk"]
    assert "stock of" in found["4 Risk"]
    assert "pays after" in found["5 Instead"] or "never pays" in found["5 Instead"]
