"""From a host's answer to what was seen for each report type, or why not."""

from collections.abc import Sequence
from typing import Any, Final

from rgt_tui.clients.ssh import ProbeAnswer, SshPool, SshTarget
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.probes import BadSection, Probe
from rgt_tui.probes._script import compose

SPARE_S: Final = 8.0
"""Added to the time limits of all sections: for the wire and a slow machine."""


async def examine(
    pool: SshPool, target: SshTarget, probes: Sequence[Probe], now: Clock
) -> tuple[tuple[type, Observed[Any] | Failed], ...]:
    """Asks a host all `probes`: for each report type what was seen, or why not.

    Raises:
        SshError: nothing came back at all.
    """
    script = compose(probes)
    answer = await pool.probe(target, script, deadline_s=script.seconds + SPARE_S)
    return events_of(answer, target, probes, now())


def events_of(
    answer: ProbeAnswer, target: SshTarget, probes: Sequence[Probe], at: float
) -> tuple[tuple[type, Observed[Any] | Failed], ...]:
    """What an answer says for each report type; `at` is when it came."""
    return tuple((probe.report, _event(probe, answer, target, at)) for probe in probes)


def _event(
    probe: Probe, answer: ProbeAnswer, target: SshTarget, at: float
) -> Observed[Any] | Failed:
    section = answer.sections.get(probe.name)
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
