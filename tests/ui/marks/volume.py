"""The checklist of a network volume that a Pod still has, and on which files lie."""

from typing import Final

from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.objects import Listing, StoredObject
from rgt_tui.domain.units import GIB, PodId
from rgt_tui.dossier.stored import Stored, compose_stored, contents_of
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.step import open_checklist
from tests.ui import law
from tests.values import NOW

VOLUME: Final = PodId("nv1")
FILES: Final = Listing(
    objects=(
        StoredObject(key="ckpt/step-41000/model.safetensors", size=15 * GIB, modified=NOW - 86_400),
        StoredObject(key="logs/run.txt", size=4096, modified=NOW - 90_000),
    )
)


def checklist() -> Checklist:
    """As it stands a moment after it was opened."""
    account = law.scene().account
    facts = compose_stored(
        Stored(
            account=account,
            volume=account.volumes[0],
            tag="acc",
            now=NOW,
            steady=law.AT,
            contents=Observed(contents_of(FILES), NOW, "s3"),
        )
    )
    return open_checklist(facts, law.AT, seed=0)
