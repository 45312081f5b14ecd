"""From a host's answer to what was seen for each report type, or why not."""

from collections.abc import Sequence
from typing import Any

from rgt_tui.clients.ssh import ProbeAnswer, SshPool, SshTarget
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.probes import BadSection, Probe


async def examine(
    pool: SshPool,
    target: SshTarget,
    probes: Sequence[Probe],
    now: Clock,
    patience_s: float | None = None,
) -> tuple[tuple[type, Observed[Any] | Failed], ...]:
    """Asks a host all `probes`: for each report type what was seen, or why not.

    With `patience_s`, those that still run then are left out; see `SshPool.probe`.

    Raises:
        SshError: nothing came back at all.
    """
    answer = await pool.probe(target, probes, patience_s=patience_s)
    ended = [probe for probe in probes if probe.name not in answer.running]
    return events_of(answer, target, ended, now())


def events_of(
    answer: ProbeAnswer, target: SshTarget, probes: Sequence[Probe], at: float
) -> tuple[tuple[type, Observed[Any] | Failed], ...]:
    """What an answer says for each report type; `at` is when it came."""
    return tuple((probe.report, _event(probe, answer, target, at)) for probe in probes)


def _event(
    probe: Probe, answer: ProbeAnswer, target: SshTarget, at: float
) -> Observed[Any] | Failed:
    section = answer.sections.get(probe.name)
    at -= answer.ages.get(probe.name, 0.0)
    if section is None:
        fault = answer.fault or SshError(
            SshFault.BAD_ANSWER, f"{target.where}: no answer to {probe.name}"
        )
        return Failed(fault.message, at, fault.kind, fault.hint)
    try:
        return Observed(probe.parse(section), at, "ssh")
    except BadSection as error:
        return Failed(f"{target.where}: {error}", at, SshFault.BAD_ANSWER)
    except Exception as error:  # noqa: BLE001  # whatever a host sends fails its section alone
        why = f"the answer to {probe.name} could not be read ({type(error).__name__})"
        return Failed(f"{target.where}: {why}", at, SshFault.BAD_ANSWER)
