"""Checkpoints of a Pod: where they lie, how old they are, what stop and terminate would do to them."""

import asyncio
from pathlib import Path
from typing import Any

import click

from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.config import Config
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.durable import NotDurable
from rgt_tui.domain.errors import RgtError, SshError, SshFault
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.indirect import to_go_straight
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.stopped import to_reach
from rgt_tui.domain.stored import StoredCheckpoints
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339, show_bytes, show_duration
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Wanted, scene_of
from rgt_tui.opening import Address, address, configuration, open_session, with_identities
from rgt_tui.panes import Scene
from rgt_tui.saved_facts import Saved, gaps_of, listing, lost_s, saved_on, unknown_why
from rgt_tui.store import Store


@click.command("checkpoints", help=__doc__)
@click.argument("pod_name", metavar="POD")
@_options.as_json
@_options.identities
@click.pass_obj
def run(options: Options, pod_name: str, as_json: bool, identities: tuple[Path, ...]) -> None:
    """Lists the checkpoints of one Pod, newest first; of a stopped one over S3."""
    config = configuration(options)
    with address(options, config) as where:
        scene = asyncio.run(_look(with_identities(where, identities), config, pod_name))
    pod = find_pod(scene.account.pods, pod_name)
    why = unknown_why(pod, scene.account)
    if why:
        raise _not_listed(pod, scene.account.about(pod.id), why)
    if as_json:
        emit(_answer(pod, scene))
    else:
        _print(pod, scene)


async def _look(where: Address, config: Config, name: str) -> Scene:
    """What the Pod's shell lists; where it has none, what S3 shows of its network volume."""
    store, clock = Store(), session_clock()
    kinds = frozenset[type]({CheckpointList})
    async with open_session(where, config, store, clock) as session:
        await session.look(only=(name,), slow=True, kinds=kinds)
        pod = find_pod(store.state.account.pods, name)
        if not pod.is_running and pod.network_mounts:
            outside = frozenset[type]({StoredCheckpoints})
            await session.look(only=(name,), shells=False, kinds=outside)
    return scene_of(store, (where, config, clock()), Wanted(pods=(name,))).scene


def _not_listed(pod: Pod, evidence: Evidence, why: str) -> RgtError:
    said = f"The checkpoints of {clean(pod.label)} are not known: {why}"
    failure = evidence.reading(CheckpointList).failure
    if not pod.is_running:
        return SshError(SshFault.NO_ADDRESS, said, hint=to_reach(pod))
    if pod.ssh_direct is None or not pod.is_alive:
        return SshError(SshFault.NO_ADDRESS, said, hint=to_go_straight(pod))
    error = RgtError(said, hint=failure.hint if failure is not None else "")
    error.code = failure.code if failure is not None else "unknown"
    return error


def _answer(pod: Pod, scene: Scene) -> dict[str, Any]:
    listed = listing(pod, scene.account)
    gaps = gaps_of(pod, scene.account)
    links = listed.value.links if listed is not None else ()
    roots = listed.value.roots if listed is not None else ()
    found = saved_on(pod, scene.account, scene.now)
    return {
        "pod": pod.id,
        "name": pod.name,
        "checkpoints": [_row(one) for one in found],
        "work_lost_seconds": _whole(lost_s(found)),
        "complete": not gaps,
        "gaps": list(gaps),
        "links": [{"path": clean(x.path), "target": clean(x.target)} for x in links],
        "roots": [clean(root) for root in roots],
        "observed_at": rfc3339(scene.now),
    }


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _row(saved: Saved) -> dict[str, Any]:
    one, kind = saved.one, saved.lies.kind
    places = () if isinstance(saved.kept, NotDurable) else saved.kept
    return {
        "path": one.shown,
        "format": one.format,
        "bytes": one.size,
        "files": len(one.files),
        "step": one.step,
        "modified_at": rfc3339(one.modified),
        "age_seconds": round(saved.age_s),
        "unfinished": one.unfinished or None,
        "mount": saved.lies.mount or None,
        "storage": kind.value if kind is not None else None,
        "survives_stop": saved.survives_stop,
        "survives_terminate": saved.survives_terminate,
        "kept_by": [
            {"place": clean(place.place), "witnesses": [w.value for w in place.witnesses]}
            for place in places
        ],
        "why": _why(saved),
        "verdict": saved.verdict.value,
        "level": saved.level.value if saved.level is not None else None,
        "reason": saved.reason,
        "verified_by_load": saved.is_loaded,
        "listed_by": saved.by,
    }


def _why(saved: Saved) -> str:
    if isinstance(saved.kept, NotDurable):
        return clean(saved.kept.why)
    return clean("; ".join(place.said for place in saved.kept))


def _print(pod: Pod, scene: Scene) -> None:
    found = saved_on(pod, scene.account, scene.now)
    gaps = gaps_of(pod, scene.account)
    if found:
        click.echo(
            f"{clean(pod.label)}: the newest checkpoint is {show_duration(found[0].age_s)} old"
        )
        lost = lost_s(found)
        what = "ALL of it: none is known to be kept" if lost is None else show_duration(lost)
        click.echo(f"{clean(pod.label)}: a terminate now would lose {what}")
    elif not gaps:
        click.echo(f"{clean(pod.label)}: there is no checkpoint")
    for saved in found:
        one = saved.one
        kept = "kept by terminate" if saved.survives_terminate else "LOST by terminate"
        step = f"step {one.step}" if one.step is not None else "step ?"
        open_ = f", still being written ({one.unfinished})" if one.unfinished else ""
        click.echo(
            f"{show_duration(saved.age_s):>7}  {show_bytes(one.size):>6}  {one.format:<12} "
            f"{step:<12} {kept}  {one.shown}  ({_why(saved)}{open_})"
        )
    listed = listing(pod, scene.account)
    for link in listed.value.links if listed is not None else ():
        narrate(f"{clean(link.path)} is a link to {clean(link.target)}: not followed")
    for gap in gaps:
        narrate(f"not seen: {gap}")


COMMAND = run
