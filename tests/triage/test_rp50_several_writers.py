from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.pod import NetworkMount, Pod
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.probes.processes import Process, ProcessReport
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having

VOLUME = NetworkVolume(id="v1", name="shared", size_gb=500, data_center="EU-RO-1", tier="STANDARD")
TRAINS = ProcessReport((Process(pid=7, name="python", state="R", args="python train.py"),))


def on_volume(name: str, **changed: object) -> Pod:
    mounts = (NetworkMount(volume_id="v1", path="/workspace"),)
    return a_pod(id=PodId(name), name=name, volume_disk=None, network_mounts=mounts, **changed)


def account_of(*pods: Pod) -> Account:
    return an_account(*pods).after(Change(VolumeList, Observed(VolumeList((VOLUME,)), NOW)))


def test_two_running_pods_on_one_volume_are_a_note_with_their_names() -> None:
    found = of_account("RP50", account_of(on_volume("a"), on_volume("b")))
    assert (found.verdict, found.severity) == ("present", Severity.INFO)
    assert found.evidence[0].said == "network volume shared is mounted by 2 running Pods: a, b"


def test_two_that_train_on_it_are_a_warning() -> None:
    pods = on_volume("a"), on_volume("b")
    account = account_of(*pods)
    for pod in pods:
        account = having(account, pod, TRAINS)
    assert of_account("RP50", account).severity is Severity.WARNING


def test_a_stopped_pod_writes_nothing() -> None:
    account = account_of(on_volume("a"), on_volume("b", status="EXITED", runtime=None))
    assert of_account("RP50", account).verdict == "absent"


def test_a_file_that_was_replaced_from_elsewhere_is_told_in_text() -> None:
    assert "RP50" in codes("OSError: [Errno 116] Stale file handle")
    assert "RP50" in codes("ls: cannot open directory: Stale NFS file handle")
