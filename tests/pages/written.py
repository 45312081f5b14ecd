"""What `docs/symptoms` should hold."""

from typing import Final

from rgt_tui.triage import all_detectors, index, page
from tests.shared import ROOT

FOLDER: Final = ROOT / "docs" / "symptoms"


def written() -> dict[str, str]:
    """The pages by file name."""
    pages = {f"{detector.code}.md": page(detector) for detector in all_detectors()}
    return {"README.md": index(all_detectors()), **pages}
