from rgt_tui.clients.hostkeys import FIRST_SEEN, HostKeySeen
from rgt_tui.clients.ssh import ProbeAnswer, SshTarget
from rgt_tui.clients.ssh_examine import events_of
from rgt_tui.domain.errors import SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.probes import Probe, Section

TARGET = SshTarget(
    host="127.0.0.1", port=22, username="root", name="train-a", pin_id="a", start="1"
)


def _length(section: Section) -> int:
    return len(section.output)


def _faulty(section: Section) -> str:
    return str(int(section.output))


def test_a_section_whose_reader_breaks_fails_alone() -> None:
    section = Section(output=b"9" * 5000, exit_code=0)
    answer = ProbeAnswer(
        sections={"good": section, "bad": section},
        seconds={},
        host_key=HostKeySeen(fingerprint="SHA256:x", how=FIRST_SEEN),
    )
    probes = [
        Probe(name="bad", script="", report=str, parse=_faulty),
        Probe(name="good", script="", report=int, parse=_length),
    ]
    (_, bad), (_, good) = events_of(answer, TARGET, probes, 1.0)
    assert isinstance(bad, Failed)
    assert bad.code == SshFault.BAD_ANSWER
    assert "the answer to bad could not be read (ValueError)" in bad.error
    assert good == Observed(5000, 1.0, "ssh")
