"""What bears on the deletion of a Pod, composed from what was seen of it: pure, one file a line.

Each line of the checklist gets an exhibit from the newest evidence about *this* start of the Pod.
Evidence that is missing because somebody is still looking gives none; evidence that could not be had
gives "could not look" with the reason, which never opens the gate. What the API and the mount table
do not agree on counts as lost.
"""

from rgt_tui.dossier.binding import binding
from rgt_tui.dossier.blast import blast
from rgt_tui.dossier.durable import durable
from rgt_tui.dossier.identity import identity
from rgt_tui.dossier.loads import loads
from rgt_tui.dossier.losses import consequences, loss_map
from rgt_tui.dossier.quiet import quiet
from rgt_tui.dossier.view import View
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.loss import Names

__all__ = ["View", "compose"]


def compose(view: View) -> Dossier:
    """The dossier of one Pod as it is known at this moment."""
    found = (identity(view), blast(view), durable(view), loads(view), quiet(view))
    others = tuple(pod.name for pod in view.account.pods if pod.id != view.pod.id)
    return Dossier(
        binding=binding(view),
        names=Names(name=view.pod.name, others=others),
        exhibits=tuple(it for it in found if it is not None),
        loss=loss_map(view),
        consequences=consequences(view),
    )
