"""What start, stop and restart have in common: the consequences always, the question unless --yes."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from rgt_tui.actions import Action
from rgt_tui.commands import _options
from rgt_tui.doing import perform
from rgt_tui.domain.errors import GuardRefused, RgtError, UsageError
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Ending, Request
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted
from rgt_tui.panes import Block, Scene

yes = click.option(
    "--yes", is_flag=True, help="Do not ask; the consequences are told all the same."
)
pod_argument = click.argument("pod", metavar="POD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One verb of the command line.

    Attributes:
        word: `stop`.
        action: the console's action, for the reason why it is not available.
        consequences: what it means, in words.
        request: what would be sent, by what was read and for which Pod.
    """

    word: str
    action: Action
    consequences: Callable[[Scene, Pod], tuple[Block, ...]]
    request: Callable[[Scene, Pod], Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person gave: which Pod, and how to ask and answer."""

    pod: str
    yes: bool
    as_json: bool
    identities: tuple[Path, ...] = ()


def command(doing: Doing, described: str | None) -> click.Command:
    """The command of one verb.

    Args:
        doing: the verb.
        described: its help.
    """

    @click.command(doing.word, help=described)
    @pod_argument
    @yes
    @_options.as_json
    @_options.identities
    @click.pass_obj
    def run(
        options: Options, pod: str, yes: bool, as_json: bool, identities: tuple[Path, ...]
    ) -> None:
        carry_out(options, doing, Given(pod=pod, yes=yes, as_json=as_json, identities=identities))

    return run


def carry_out(options: Options, doing: Doing, given: Given) -> None:
    """Tells the consequences, asks, and carries it out; exits unless it was done.

    Raises:
        RgtError: it is not possible, or nobody can be asked.
    """
    if not given.yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"{doing.word} asks before it acts, and there is no terminal to ask on",
            hint="Give --yes if you know what it does; the consequences are told all the same.",
        )
    seen: list[Pod] = []

    def decide(looked: Looked) -> tuple[Request, str] | None:
        pod = find_pod(looked.scene.account.pods, given.pod)
        seen.append(pod)
        tell(doing.consequences(looked.scene, pod), f"{doing.word} {pod.label} ({pod.id})", given)
        why = doing.action.why_not(looked.scene, pod)
        if why is not None:
            raise NotPossible(f"cannot {doing.word} {pod.label}: {why}")
        if given.yes:
            return doing.request(looked.scene, pod), "--yes"
        return (doing.request(looked.scene, pod), "typed") if _says_yes(doing.word, pod) else None

    wanted = Wanted(pods=(given.pod,), identities=given.identities)
    performed = perform(options, wanted, decide)
    if performed is None:
        raise GuardRefused("nothing was sent: what was typed is not what was asked")
    if given.as_json:
        pod = seen[0]
        emit(
            {
                "pod": pod.id,
                "action": doing.word,
                "outcome": performed.ending.value,
                "said": performed.said,
            }
        )
    else:
        click.echo(f"{doing.word} {seen[0].label}: {performed.ending.value}, {performed.said}")
    if performed.ending is not Ending.DONE:
        raise click.exceptions.Exit(performed.exit_code or 4)


class NotPossible(RgtError):
    """The Pod is in a state in which this makes no sense."""

    code = "not_possible"


def tell(blocks: tuple[Block, ...], title: str, given: Given) -> None:
    """The consequences in words: beside the answer when that is JSON."""
    lines = [title]
    for block in blocks:
        lines.append(block.title)
        lines.extend("".join(cell.text for cell in line) for line in block.lines)
    click.echo("\n".join(lines), err=given.as_json)


def _says_yes(word: str, pod: Pod) -> bool:
    """Whether a person types the word and the Pod's name or id, and not just a letter."""
    wanted = (f"{word} {pod.name}", f"{word} {pod.id}")
    typed: str = click.prompt(f"Type: {word} {pod.label}", err=True, default="", show_default=False)
    return typed in wanted
