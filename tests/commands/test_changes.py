"""What `watch` says of one state after another."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from rgt_tui.commands._changes import Changes
from rgt_tui.commands._damper import MOST, STILL_S, WINDOW_S, Damper
from rgt_tui.commands._happening import Happening
from rgt_tui.commands._settling import CONCLUDES_S, SETTLES_S
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.finding import Finding, Said, Severity
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Answered, Restarts
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import VolumeList
from rgt_tui.panes import Scene
from rgt_tui.sources import Watched
from tests.values import NOW, a_pod, an_account

POD = a_pod()
ANSWERED = Answered(road="direct")


def known(*pods: Pod, at: float = NOW, balance: str | None = "500") -> Account:
    """An account of which everything was read, and every shell answered."""
    account = an_account(*pods, at=at).after(Change(VolumeList, Observed(VolumeList(()), at)))
    money = Balance(
        balance=None if balance is None else Decimal(balance), spend_per_hour=Decimal(1)
    )
    account = account.after(Change(Balance, Observed(money, at)))
    for pod in pods:
        account = account.after(Change(Answered, Observed(ANSWERED, at, "ssh"), pod.id))
    return account


def found(
    verdict: str = "present", severity: Severity = Severity.CRITICAL, code: str = "RP11"
) -> Finding:
    return Finding(
        code=code,
        title="Container disk full",
        verdict=verdict,
        severity=severity,
        cause="it is full",
        fix=("empty it",),
        source="a test",
        evidence=(Said("ssh", "/ is 98% full", NOW),),
        missing=("df",) if verdict == "unknown" else (),
    )


def scene(
    account: Account,
    *findings: Finding,
    later: float = 0.0,
    trouble: str = "",
) -> Scene:
    """What is seen `later` seconds after the beginning."""
    everything: dict[PodId | None, tuple[Finding, ...]] = {None: ()}
    everything.update({pod.id: findings for pod in account.pods})
    return Scene(account=account, findings=everything, now=NOW + later, trouble=trouble)


def begun(account: Account, *findings: Finding, watched: Watched | None = None) -> Changes:
    changes = Changes(watched or Watched(least_s=15.0))
    assert told_first(changes, account, *findings)
    return changes


def told_first(changes: Changes, account: Account, *findings: Finding) -> list[Happening]:
    """The first state, told when it was examined."""
    assert changes.after(scene(account, *findings, later=-CONCLUDES_S)) == []
    return changes.after(scene(account, *findings))


def events(happened: Iterable[Happening]) -> list[str]:
    return [it.event for it in happened]


def only(happened: list[Happening]) -> dict[str, Any]:
    (one,) = happened
    return one.as_json()


def test_the_first_state_is_told_whole_and_then_nothing_until_something_changes() -> None:
    changes = Changes(Watched())
    first = told_first(changes, known(POD), found())
    assert events(first) == ["pod", "account", "finding"]
    assert (first[0].pod, first[0].facts["status"], first[0].facts["ssh_answers"]) == (
        POD.id,
        "RUNNING",
        True,
    )
    assert first[2].as_json()["evidence"][0]["said"] == "/ is 98% full"
    assert first[2].severity is Severity.CRITICAL
    assert changes.after(scene(known(POD, at=NOW + 15), found(), later=15)) == []


def test_the_first_state_waits_for_shells_but_not_for_ever() -> None:
    account = an_account(POD).after(Change(VolumeList, Observed(VolumeList(()), NOW)))
    account = account.after(Change(Balance, Failed("no answer", NOW)))
    changes = Changes(Watched())
    assert changes.after(scene(account)) == []
    assert changes.after(scene(account, later=SETTLES_S - 1)) == []
    first = changes.after(scene(account, later=SETTLES_S))
    assert events(first) == ["pod", "account"]
    assert first[0].facts["ssh_answers"] is None, "nobody knows"
    assert first[1].facts["balance"] is None
    assert first[1].facts["balance_unknown"] == "no answer"
    without = Changes(Watched(shells=False))
    assert events(told_first(without, account)) == ["pod", "account"]


def test_a_pod_that_comes_changes_and_goes_is_told_each_time() -> None:
    changes = begun(known())
    assert only(changes.after(scene(known(POD))))["event"] == "pod_appeared"
    stopped = replace(POD, status="EXITED", runtime=None)
    told = only(changes.after(scene(known(stopped))))
    assert (told["event"], told["severity"]) == ("pod_changed", "warning")
    assert told["changed"] == ["status", "readiness"]
    assert told["was"] == {"status": "RUNNING", "readiness": "up"}
    assert (told["status"], told["readiness"]) == ("EXITED", "stopped")
    gone = only(changes.after(scene(known())))
    assert (gone["event"], gone["pod"], gone["name"]) == ("pod_gone", POD.id, "train-a")
    assert changes.after(scene(known())) == []


def test_only_the_pods_that_were_named_are_told_of() -> None:
    other = a_pod(id="other", name="other")
    changes = Changes(Watched(only=("train-a",)))
    first = told_first(changes, known(POD, other), found())
    assert [it.pod for it in first] == [POD.id, None, POD.id]


def lost(account: Account, at: float) -> Account:
    return account.after(Change(PodList, Failed("no answer", NOW + at, "not_sent", "wait")))


def silent(at: float) -> Account:
    """The account after its shell was tried in vain, and the list read."""
    failed = known(POD).after(Change(Answered, Failed("refused", NOW + at, "ssh_refused"), POD.id))
    return failed.after(Change(PodList, Observed(PodList((POD,)), NOW + at)))


def test_a_shell_that_no_longer_answers_is_told_when_that_lasts() -> None:
    changes = begun(known(POD))
    assert changes.after(scene(silent(15), later=15)) == [], "a single try says little"
    told = only(changes.after(scene(silent(75), later=75)))
    assert told["changed"] == ["ssh_answers"]
    assert told["ssh_answers"] is False
    back = only(changes.after(scene(known(POD, at=NOW + 90), later=90)))
    assert (back["ssh_answers"], back["was"]) == (True, {"ssh_answers": False})


def test_no_pod_is_said_to_be_silent_while_the_api_is_away_too() -> None:
    changes = begun(known(POD))
    account = lost(known(POD), 75).after(
        Change(Answered, Failed("unreachable", NOW + 75, "ssh_timeout"), POD.id)
    )
    assert events(changes.after(scene(account, later=75))) == ["api_lost"]
    assert changes.after(scene(account, later=200)) == []
    assert events(changes.after(scene(silent(300), later=300))) == ["api_back", "pod_changed"]


def test_a_finding_is_told_when_it_comes_grows_and_is_cleared() -> None:
    changes = begun(known(POD))
    came = only(changes.after(scene(known(POD), found(severity=Severity.WARNING))))
    assert (came["event"], came["severity"], came["code"]) == (
        "finding_appeared",
        "warning",
        "RP11",
    )
    grew = only(changes.after(scene(known(POD), found())))
    assert (grew["event"], grew["severity"]) == ("finding_changed", "critical")
    assert grew["was"] == {"verdict": "present", "severity": "warning"}
    assert [it.code for it in changes.present] == ["RP11"]
    cleared = only(changes.after(scene(known(POD))))
    assert (cleared["event"], cleared["verdict"]) == ("finding_cleared", "absent")
    assert cleared["severity"] == "critical", "whoever was alarmed hears the end"
    assert changes.present == ()


def test_what_is_not_critical_is_told_when_it_has_stood_for_a_minute() -> None:
    warned = replace(found(severity=Severity.WARNING), since=NOW + 5)
    changes = begun(known(POD))
    assert changes.after(scene(known(POD), warned, later=30)) == [], "it may go as it came"
    told = only(changes.after(scene(known(POD), warned, later=65)))
    assert (told["event"], told["since"]) == ("finding_appeared", "2026-06-01T12:00:05Z")
    passed = begun(known(POD))
    assert passed.after(scene(known(POD), warned, later=30)) == []
    assert passed.after(scene(known(POD), later=50)) == []
    critical = replace(warned, severity=Severity.CRITICAL)
    assert events(begun(known(POD)).after(scene(known(POD), critical, later=6))) == [
        "finding_appeared"
    ]
    first = told_first(Changes(Watched()), known(POD), replace(warned, since=NOW))
    assert events(first) == ["pod", "account", "finding"]


def test_a_finding_of_which_sight_is_lost_is_unknown_and_never_cleared() -> None:
    changes = begun(known(POD), found())
    lost = only(changes.after(scene(known(POD), found("unknown", Severity.INFO))))
    assert (lost["event"], lost["verdict"]) == ("finding_changed", "unknown")
    assert lost["missing"] == ["df"]
    assert lost["severity"] == "critical"
    assert changes.after(scene(known(POD), found("unknown", Severity.INFO), later=60)) == []
    again = only(changes.after(scene(known(POD), found(), later=90)))
    assert (again["event"], again["was"]["verdict"]) == ("finding_changed", "unknown")


def test_what_was_never_seen_and_cannot_be_told_is_no_event_of_its_own() -> None:
    changes = begun(known(POD))
    assert changes.after(scene(known(POD), found("unknown", Severity.INFO))) == []


def test_a_pod_that_was_not_examined_yet_clears_nothing() -> None:
    changes = begun(known(POD), found())
    unexamined = Scene(account=known(POD), findings={}, now=NOW + 5)
    assert changes.after(unexamined) == []


def test_the_findings_of_a_pod_that_is_gone_end_with_it() -> None:
    changes = begun(known(POD), found())
    told = changes.after(scene(known()))
    assert events(told) == ["pod_gone", "finding_cleared"]
    assert told[1].facts["because"] == "the Pod is gone"


def test_an_outage_is_told_once_when_it_lasts_and_once_when_it_is_over() -> None:
    changes = begun(known(POD), found())
    assert changes.after(scene(lost(known(POD), 20), found(), later=20)) == [], "a single miss"
    told = only(changes.after(scene(lost(known(POD), 45), found(), later=45)))
    assert (told["event"], told["severity"], told["code"]) == ("api_lost", "critical", "not_sent")
    assert (told["age_seconds"], told["hint"]) == (45.0, "wait")
    unknown = found("unknown", Severity.INFO)
    assert changes.after(scene(lost(known(POD), 900), unknown, later=1000)) == [], "said already"
    back = changes.after(scene(known(POD, at=NOW + 1100), unknown, later=1100))
    assert events(back) == ["api_back", "finding_changed"]
    assert back[0].facts["away_seconds"] == 1100.0


def test_in_an_outage_time_alone_makes_no_pod_well_and_no_balance_unknown() -> None:
    def account(at: float) -> Account:
        return known(POD, at=NOW + at).after(
            Change(Restarts, Observed(Restarts((NOW - 20, NOW - 10)), NOW), POD.id)
        )

    changes = Changes(Watched(least_s=15.0))
    assert told_first(changes, account(0))[0].facts["readiness"] == "looping"
    away = lost(account(0), 45)
    assert events(changes.after(scene(away, later=45))) == ["api_lost"]
    assert changes.after(scene(away, later=600)) == [], "the list was not read since"
    assert changes.after(scene(away, later=3600)) == [], "nor the balance"
    back = changes.after(scene(account(3700), later=3700))
    assert events(back) == ["api_back", "pod_changed"]
    assert back[1].facts["was"] == {"readiness": "looping"}


def test_a_balance_that_is_not_read_again_after_an_outage_is_told_then() -> None:
    changes = begun(known(POD))
    away = lost(known(POD), 45)
    assert events(changes.after(scene(away, later=45))) == ["api_lost"]
    listed = away.after(Change(PodList, Observed(PodList((POD,)), NOW + 3600)))
    back = changes.after(scene(listed, later=3600))
    assert events(back) == ["api_back", "runway"]
    assert back[1].facts["balance"] is None


def test_an_api_that_never_answered_is_told_at_once() -> None:
    changes = Changes(Watched())
    told = only(changes.after(scene(lost(Account(), 0))))
    assert (told["event"], told["last_read"], told["age_seconds"]) == ("api_lost", None, None)
    assert changes.after(scene(lost(Account(), 60), later=60)) == []
    assert events(changes.after(scene(known(POD, at=NOW + 61), later=61))) == ["api_back"]
    assert events(changes.after(scene(known(POD, at=NOW + 61), later=62))) == ["pod", "account"]


def test_a_fault_of_ours_is_told_as_an_outage_too() -> None:
    changes = begun(known(POD))
    told = only(changes.after(scene(known(POD), later=60, trouble="Internal error: KeyError")))
    assert (told["event"], told["code"]) == ("api_lost", "internal")


@pytest.mark.parametrize(
    ("balances", "told"),
    [
        (["30", "23"], [24.0]),
        (["23", "24.5", "23"], []),
        (["23", "30"], [None]),
        (["30", "5", "0.5", "0"], [6.0, 1.0, 0.0]),
    ],
    ids=["below", "swings", "above", "all"],
)
def test_the_runway_is_told_when_it_crosses_a_limit(
    balances: list[str], told: list[float | None]
) -> None:
    pod = replace(POD, cost_per_hour=Decimal("0.5"), disk_gb=None, volume_disk=None)
    changes = begun(known(pod, balance=balances[0]))
    happened = [
        it for left in balances[1:] for it in changes.after(scene(known(pod, balance=left)))
    ]
    assert events(happened) == ["runway"] * len(told)
    assert [it.facts["below_hours"] for it in happened] == told


def test_a_balance_that_cannot_be_read_is_unknown_and_not_fine() -> None:
    changes = begun(known(POD, balance="5"))
    account = known(POD, balance=None)
    told = only(changes.after(scene(account)))
    assert (told["event"], told["balance"], told["runway_hours"]) == ("runway", None, None)
    assert told["text"].startswith("the balance is not known")
    old = scene(known(POD, balance="5"), later=3600)
    assert changes.after(old) == [], "an old figure is not known either"


def test_beside_an_old_balance_the_spend_is_by_the_price_list() -> None:
    pod = replace(POD, cost_per_hour=Decimal("0.5"), disk_gb=0, volume_disk=None)
    changes = begun(known(pod))
    told = only(changes.after(scene(known(pod), later=3600)))
    assert (told["balance"], told["spend_per_hour"]) == (None, 0.5)


def test_what_flaps_is_told_so_and_then_not_until_it_keeps_still() -> None:
    changes = begun(known(POD))
    told = []
    for second in range(60):
        on = () if second % 2 else (found(),)
        told += changes.after(scene(known(POD, at=NOW + second), *on, later=second))
    assert len(told) == MOST + 1
    assert [it.facts["flapping"] for it in told] == [False] * MOST + [True]
    later = 60 + STILL_S + 1
    changes.after(scene(known(POD, at=NOW + 60), later=60))
    still = changes.after(scene(known(POD, at=NOW + later), later=later))
    assert events(still) == ["finding_cleared"]


def test_the_damper_forgets_what_has_been_quiet() -> None:
    damper = Damper()
    assert all(damper.lets_pass("a", n % 2, n) for n in range(MOST))
    damper.forget(MOST + WINDOW_S)
    assert all(damper.lets_pass("a", n % 2, 2 * WINDOW_S + n) for n in range(MOST))
    assert not damper.flaps("a")


def test_a_line_is_ascii_json_without_control_bytes_whatever_a_pod_is_called() -> None:
    hostile = a_pod(name="\\x1b[2J ‮ \U0001f600")
    for happening in told_first(Changes(Watched()), known(hostile), found()):
        line = json.dumps(happening.as_json(), ensure_ascii=True, allow_nan=False)
        assert line.isprintable()
        assert line.isascii()
