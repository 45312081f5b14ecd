"""The symptoms that are there, the worst and newest first; then those that have gone lately.

A row is a finding: what it is, of which Pod, since when, what was seen. Its details say why it
means that, what to do, and what else was ruled out. What cannot be told is a row of its own: it
is neither fine nor forgotten.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.finding import Finding, Said, Severity, steps_for
from rgt_tui.domain.history import History, Spell
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import UNKNOWN, PodId, clock_time, rfc3339, show_age, show_duration
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes.df import DiskReport

CLEARED_S: Final = 86_400.0
"""How long a symptom that has gone is listed, in seconds."""
CLEARED_MAX: Final = 50
UNTOLD: Final = "untold"
"""The key of the row about what cannot be told."""
ACCOUNT: Final = "account"
_OF_TODAY_S: Final = 20 * 3600.0
_LOGS_SILENT: Final = "its logs show none of it"
_WORDS: Final = {
    Severity.CRITICAL: ("!! act", "act now !!", Tone.BAD),
    Severity.WARNING: ("! warn", "warning !", Tone.WARN),
    Severity.INFO: ("note", "note", Tone.PLAIN),
}
COLUMNS: Final = (
    Column(title="SEVERITY", width=8, rank=1),
    Column(title="CODE", width=5, rank=0),
    Column(title="POD", width=14, rank=2),
    Column(title="SINCE", width=7, rank=3, align="right"),
    Column(title="WHAT", width=24, rank=0, grows=True),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    known = _spells(scene)
    standing = [
        (pod, finding, _since(finding, known.get((pod, finding.code))))
        for pod, found in scene.findings.items()
        for finding in found
        if finding.is_present
    ]
    standing.sort(key=lambda each: (-each[1].severity, -(each[2] or 0.0), each[1].code))
    open_rows = (_row(scene, pod, finding, since) for pod, finding, since in standing)
    return (*open_rows, *_untold_row(scene), *_cleared_rows(scene))


def _row(scene: Scene, pod: PodId | None, finding: Finding, since: float | None) -> Row:
    word, _, tone = _WORDS[finding.severity]
    cells = (
        Cell(word, tone),
        Cell(finding.code, tone),
        Cell(_whose(scene, pod), Tone.PLAIN if pod else Tone.DIM),
        _age(scene.now, since),
        Cell(_what(finding)),
    )
    called = f"{finding.code} {_whose(scene, pod)}"
    return Row(_key(pod, finding.code), cells, pod, is_fault=finding.is_fault, called=called)


def _age(now: float, since: float | None) -> Cell:
    return Cell(UNKNOWN, Tone.UNKNOWN) if since is None else Cell(show_age(now - since))


def _what(finding: Finding) -> str:
    seen = finding.evidence[0].said if finding.evidence else ""
    return f"{finding.title}: {seen}" if seen else finding.title


def _untold_row(scene: Scene) -> Iterator[Row]:
    untold = {pod: _unknown(scene, pod) for pod in scene.findings}
    pods = sum(1 for pod, findings in untold.items() if findings and pod is not None)
    checks = sum(len(findings) for findings in untold.values())
    if checks:
        whose = f"{pods} Pod{'s' if pods != 1 else ''}" if pods else ACCOUNT
        what = f"{checks} check{'s' if checks != 1 else ''} cannot be told yet: Enter says why"
        cells = (
            Cell("? untold", Tone.UNKNOWN),
            Cell("-", Tone.DIM),
            Cell(whose, Tone.DIM),
            Cell("--", Tone.DIM),
            Cell(what, Tone.UNKNOWN),
        )
        yield Row(UNTOLD, cells, is_fault=False, called="what cannot be told")


def _cleared_rows(scene: Scene) -> Iterator[Row]:
    for spell in _cleared(scene)[:CLEARED_MAX]:
        assert spell.cleared_at is not None  # noqa: S101  # chosen so
        ago = show_age(scene.now - spell.cleared_at)
        lasted = show_duration(spell.cleared_at - spell.raised_at)
        cells = (
            Cell("cleared", Tone.GOOD),
            Cell(spell.code, Tone.DIM),
            Cell(_whose(scene, spell.pod_id), Tone.DIM),
            Cell(ago, Tone.DIM),
            Cell(f"cleared {_ago(ago)}, was there for {lasted}: {spell.said}", Tone.DIM),
        )
        key = f"{_key(spell.pod_id, spell.code)}:{spell.raised_at:.0f}"
        called = f"{spell.code} {_whose(scene, spell.pod_id)}, cleared"
        yield Row(key, cells, spell.pod_id, is_fault=False, called=called)


def _cleared(scene: Scene) -> list[Spell]:
    """Symptoms that went lately and have not come back, the newest first."""
    present = {
        (pod, finding.code)
        for pod, found in scene.findings.items()
        for finding in found
        if finding.is_present
    }
    gone = [
        spell
        for spell in _history(scene).spells
        if spell.cleared_at is not None
        and scene.now - spell.cleared_at <= CLEARED_S
        and (spell.pod_id, spell.code) not in present
    ]
    return sorted(gone, key=lambda spell: -(spell.cleared_at or 0.0))


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    if key == UNTOLD:
        return _untold(scene)
    for pod, found in scene.findings.items():
        for finding in found:
            if finding.is_present and _key(pod, finding.code) == key:
                return (
                    *explained(scene, pod, finding),
                    *ruled_out(scene, pod, finding.code),
                    *_timeline(scene, pod, finding.code),
                )
    spell = next(
        (
            s
            for s in _cleared(scene)
            if key.endswith(f":{s.raised_at:.0f}") and key.startswith(f"{_key(s.pod_id, s.code)}:")
        ),
        None,
    )
    return _told_of(scene, spell) if spell is not None else ()


def title_of(scene: Scene, key: str) -> str:
    """What a row is called at the head of its explanation."""
    row = next((row for row in _rows(scene) if row.key == key), None)
    return f"Triage: {row.called}" if row is not None and row.called else "Triage"


def is_of(key: str, pod: PodId | None, code: str) -> bool:
    """Whether a row is about that symptom of that Pod, as it stands or as it was cleared."""
    return key == _key(pod, code) or key.startswith(f"{_key(pod, code)}:")


def _told_of(scene: Scene, spell: Spell) -> tuple[Block, ...]:
    """A symptom that has gone: when it was there, what it was, what to do should it come back."""
    from rgt_tui.triage import all_detectors  # the first frame can spare all detectors

    timeline = _timeline(scene, spell.pod_id, spell.code)
    known = next((it for it in all_detectors() if it.code == spell.code), None)
    if known is None:
        return timeline
    steps: list[Line] = [(Cell(f"  {n}. {step}"),) for n, step in enumerate(known.fix, 1)]
    return (
        *timeline,
        Block(f"{known.code} {known.title}", ((Cell("why   ", Tone.ACCENT), Cell(known.cause)),)),
        Block(f"Should {known.code} come back", tuple(steps), note=_note(known.code)),
    )


def _note(code: str) -> str:
    """Where more is said, and the key where something can be done from here."""
    from rgt_tui.fixes import all_fixes  # read when a finding is selected

    mends = any(code in fix.codes for fix in all_fixes())
    return f"{'f fixes, ' if mends else ''}rgt-tui explain {code}"


def explained(scene: Scene, pod: PodId | None, finding: Finding) -> tuple[Block, ...]:
    """Two blocks on a finding that is present: what was seen and why it means that; what to do."""
    _, word, tone = _WORDS[finding.severity]
    since = _since(finding, _spells(scene).get((pod, finding.code)))
    when = f"since {_moment(scene, since)}" if since else ""
    lines: list[Line] = [
        (Cell(word, tone), Cell(f"  {_whose(scene, pod)}"), Cell(f"  {when}", Tone.DIM)),
        *(_said(said, scene.now) for said in finding.evidence),
        (Cell("why   ", Tone.ACCENT), Cell(finding.cause)),
    ]
    steps: list[Line] = [
        (Cell(f"  {n}. {step}"),) for n, step in enumerate(steps_for(finding, pod), 1)
    ]
    steps.append((Cell(f"  source: {finding.source}", Tone.DIM),))
    return (
        Block(f"{finding.code} {finding.title}", tuple(lines)),
        Block(f"What to do about {finding.code}", tuple(steps), note=_note(finding.code)),
    )


def _said(said: Said, now: float) -> Line:
    """Evidence with where it is from and when it was seen."""
    when = f", {_ago(show_age(now - said.at))}" if said.at is not None else ""
    return (
        Cell("seen  ", Tone.ACCENT),
        Cell(f"{said.source}{when}: ", Tone.DIM),
        Cell(said.said),
    )


def ruled_out(scene: Scene, pod: PodId | None, code: str = "") -> tuple[Block, ...]:
    """A block on the symptoms that were looked for and are not there; those like `code` first."""
    from rgt_tui.triage import absent_findings, kin_of  # the first frame can spare all detectors

    absent = absent_findings(scene.account, pod, scene.now)
    standing = {finding.code for finding in scene.of(pod) if finding.is_present}
    absent = tuple(finding for finding in absent if finding.code not in standing)
    if not absent:
        return ()
    kin = kin_of(code)
    told = sorted((f for f in absent if _why(f) != _LOGS_SILENT), key=lambda f: f.code not in kin)
    lines: list[Line] = [(Cell(f"  {f.code} {f.title}: ", Tone.DIM), Cell(_why(f))) for f in told]
    silent = [f.code for f in absent if _why(f) == _LOGS_SILENT]
    if silent:
        lines.append((Cell("  its logs show none of: ", Tone.DIM), Cell(" ".join(silent))))
    return (Block(f"Ruled out ({len(absent)})", tuple(lines)),)


def _why(finding: Finding) -> str:
    return finding.evidence[0].said if finding.evidence else "not there"


def _timeline(scene: Scene, pod: PodId | None, code: str) -> tuple[Block, ...]:
    """When a symptom was raised and cleared."""
    spells = [s for s in _history(scene).spells if (s.pod_id, s.code) == (pod, code)]
    lines: list[Line] = []
    for spell in spells:
        if spell.cleared_at is not None:
            lasted = f", after {show_duration(spell.cleared_at - spell.raised_at)}"
            moment = _moment(scene, spell.cleared_at)
            lines.append((Cell("  cleared  ", Tone.GOOD), Cell(f"{moment}{lasted}")))
        moment = _moment(scene, spell.raised_at)
        lines.append((Cell("  raised   ", Tone.WARN), Cell(f"{moment}: {spell.said}")))
    return (Block(f"Timeline of {code}, {_whose(scene, pod)}", tuple(lines)),) if lines else ()


def _moment(scene: Scene, at: float) -> str:
    """A time of day where it is of this day, and how long ago it was."""
    ago = _ago(show_age(scene.now - at))
    return f"{clock_time(at)}, {ago}" if scene.now - at < _OF_TODAY_S else f"{rfc3339(at)}, {ago}"


def _untold(scene: Scene) -> tuple[Block, ...]:
    """What is missing, of whom, and for which symptoms."""
    blocks = []
    for pod in sorted(scene.findings, key=lambda pod: _whose(scene, pod)):
        lines = untold_lines(_unknown(scene, pod))
        if lines:
            blocks.append(Block(f"? {_whose(scene, pod)}", lines))
    return tuple(blocks)


def untold_lines(unknown: tuple[Finding, ...]) -> tuple[Line, ...]:
    """What is missing, once for all symptoms that wait for it."""
    waiting: dict[str, list[str]] = {}
    for finding in unknown:
        waiting.setdefault("; ".join(finding.missing), []).append(finding.code)
    return tuple(
        (Cell(f"  not seen: {missing}", Tone.UNKNOWN), Cell(f"  ({' '.join(codes)})", Tone.DIM))
        for missing, codes in waiting.items()
    )


def _unknown(scene: Scene, pod: PodId | None) -> tuple[Finding, ...]:
    return tuple(finding for finding in scene.of(pod) if finding.verdict == "unknown")


def _history(scene: Scene) -> History:
    return scene.account.evidence.value(History) or History()


def _spells(scene: Scene) -> dict[tuple[PodId | None, str], Spell]:
    """The symptoms that are written down as standing."""
    standing = (spell for spell in _history(scene).spells if spell.cleared_at is None)
    return {(spell.pod_id, spell.code): spell for spell in standing}


def _since(finding: Finding, spell: Spell | None) -> float | None:
    """When it was first seen, also by a run of the program before this one."""
    if spell is None or finding.since is None:
        return finding.since if spell is None else spell.raised_at
    return min(finding.since, spell.raised_at)


def _whose(scene: Scene, pod: PodId | None) -> str:
    if pod is None:
        return ACCOUNT
    known = scene.account.pod(pod)
    return known.label if known is not None else pod


def _key(pod: PodId | None, code: str) -> str:
    return f"{pod or ''}:{code}"


def _ago(age: str) -> str:
    return age if age in ("now", UNKNOWN) else f"{age} ago"


def _badge(scene: Scene) -> Cell | None:
    """How many faults there are, marked as the worst of them is; `?` while nothing can be told."""
    if scene.account.evidence.latest(PodList) is None:
        return None
    found = [finding for findings in scene.findings.values() for finding in findings]
    faults = Counter(finding.severity for finding in found if finding.is_fault)
    if not faults:
        is_told = not any(finding.verdict == "unknown" for finding in found)
        return Cell("0", Tone.PLAIN) if is_told else Cell("?", Tone.UNKNOWN)
    mark, tone = ("!!", Tone.BAD) if Severity.CRITICAL in faults else ("!", Tone.WARN)
    return Cell(f"{faults.total()}{mark}", tone)


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(PodList) is None:
        return "The Pod list has not been read yet, so nothing can be told."
    return "None of the known symptoms is there."


PANE = Pane(
    name="triage",
    title="Triage",
    order=6,
    columns=COLUMNS,
    kinds=(PodList, DiskReport),
    wants=(DataCenterList,),
    rows=_rows,
    detail=_detail,
    badge=_badge,
    empty=_empty,
    joins=False,
)
