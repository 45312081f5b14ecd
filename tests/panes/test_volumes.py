from dataclasses import replace

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.objects import Listing, StoredObject, StoredUses, counted
from rgt_tui.domain.pod import NetworkMount, Pod
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.volumes import PANE
from rgt_tui.volume_facts import could_serve
from tests.ui.money import money
from tests.values import NOW, a_pod, an_account


def cells(scene: Scene, key: str) -> dict[str, Cell]:
    row = next(row for row in PANE.rows(scene) if row.key == key)
    return dict(zip((column.title for column in PANE.columns), row.cells, strict=True))


def said(scene: Scene, key: str) -> str:
    blocks = PANE.detail(scene, key)
    return "\n".join("".join(cell.text for cell in line) for b in blocks for line in b.lines)


def on_volume(**changed: object) -> Pod:
    mount = NetworkMount(volume_id="v1", path="/workspace")
    return a_pod(volume_disk=None, network_mounts=(mount,), **changed)


def account(*pods: Pod) -> Account:
    volume = NetworkVolume(id="v1", name="nv", size_gb=500, data_center="US-TX-3", tier="STANDARD")
    return an_account(*pods).after(Change(VolumeList, Observed(VolumeList((volume,)), NOW)))


def test_two_running_pods_on_one_volume_are_flagged_and_a_stopped_one_is_not() -> None:
    two = Scene(account=account(on_volume(), on_volume(id="b", name="b")), now=NOW)
    assert cells(two, "nv:v1")["PODS"] == Cell("2 write!", Tone.WARN)
    assert "nothing locks files" in said(two, "nv:v1")
    one = Scene(account=account(on_volume(), on_volume(id="b", status="EXITED")), now=NOW)
    assert cells(one, "nv:v1")["PODS"].text == "1 of 2 up"


def test_a_volume_that_no_pod_mounts_is_an_orphan_with_its_price() -> None:
    scene = Scene(account=account(a_pod()), now=NOW)
    assert cells(scene, "nv:v1")["PODS"] == Cell("ORPHAN", Tone.WARN)
    assert "$35.00 a month, $1.15 a day for nothing" in said(scene, "nv:v1")


def test_while_the_pods_are_unknown_nothing_is_called_an_orphan() -> None:
    volumes = account().evidence.value(VolumeList)
    alone = Account().after(Change(VolumeList, Observed(volumes, NOW)))
    assert cells(Scene(account=alone, now=NOW), "nv:v1")["PODS"].text == "?"


def test_what_lies_on_a_volume_is_counted_and_never_taken_from_df() -> None:
    scene = money()
    assert (cells(scene, "nv:nv1")["USED"].text, cells(scene, "nv:nv1")["BY"].text) == (
        "1.9T",
        "du 12m",
    )
    assert cells(scene, "nv:nv3")["USED"].text == "?"
    assert "used 1.9T, 63% of 2.9T (du in train-a, 12m ago)" in said(scene, "nv:nv1")


def test_a_volume_without_the_gpu_of_its_pods_names_who_could_serve_instead() -> None:
    scene = money()
    assert cells(scene, "nv:nv1")["GPU STOCK"] == Cell("H100 80GB NONE!", Tone.BAD)
    text = said(scene, "nv:nv1")
    assert "pinned to EU-RO-1 (RP7)" in text
    assert "could serve instead, after a move: US-KS-2 MEDIUM, EU-SE-1 LOW" in text


def test_a_data_center_without_network_volumes_of_the_tier_cannot_serve() -> None:
    places = [p for p, _ in could_serve("NVIDIA H100 80GB HBM3", money().account, tier="STANDARD")]
    assert "US-TX-3" not in places
    everywhere = [p for p, _ in could_serve("NVIDIA H100 80GB HBM3", money().account)]
    assert everywhere[0] == "US-TX-3"


def test_a_data_center_without_s3_says_so() -> None:
    assert "US-TX-3 has no S3 interface" in said(money(), "nv:nv3")
    assert "s3api-eu-ro-1.runpod.io" in said(money(), "nv:nv1")


def test_a_volume_only_grows() -> None:
    assert "can only grow" in said(money(), "nv:nv1")


def test_a_pods_own_disks_say_what_they_survive() -> None:
    pod = a_pod()
    scene = Scene(account=an_account(pod), now=NOW)
    disk = cells(scene, f"disk:{pod.id}:/workspace")
    assert (disk["STOP"].text, disk["TERMINATE"].text) == ("kept", "DELETED")
    root = cells(scene, f"disk:{pod.id}:/")
    assert (root["STOP"].text, root["TERMINATE"].text) == ("wiped", "wiped")
    assert (disk["$/MONTH"].text, root["$/MONTH"].text) == ("20.00", "2.00")


def test_a_stopped_pod_has_no_container_disk_and_pays_double_for_the_other() -> None:
    pod = a_pod(status="EXITED")
    scene = Scene(account=an_account(pod), now=NOW)
    assert [row.key for row in PANE.rows(scene)] == [f"disk:{pod.id}:/workspace"]
    assert cells(scene, f"disk:{pod.id}:/workspace")["$/MONTH"].text == "40.00*"


def test_a_row_that_is_gone_has_no_details() -> None:
    for key in ("nv:gone", "disk:gone:/workspace", ""):
        assert PANE.detail(money(), key) == ()


def test_a_configured_price_is_used_and_named() -> None:
    from decimal import Decimal

    scene = replace(money(), high_performance=Decimal("0.14"))
    assert cells(scene, "nv:nv2")["$/MONTH"].text == "14.00"
    assert cells(money(), "nv:nv2")["$/MONTH"].text == "?"
    assert "price from configuration" in said(scene, "nv:nv2")


def test_what_s3_lists_is_added_up_by_folder_and_trash_is_named() -> None:
    listing = Listing(
        objects=(
            StoredObject(key="ckpt/a", size=3 * 1024**3),
            StoredObject(key="ckpt/b", size=None),
            StoredObject(key="top.txt", size=5),
            StoredObject(key=".Trash-0/files/x", size=1024**3),
        )
    )
    seen: Observed[object] = Observed(StoredUses((counted("nv2", listing),)), NOW - 130, "s3")
    scene = money()
    scene = replace(scene, account=scene.account.after(Change(StoredUses, seen)))
    text = said(scene, "nv:nv2")
    assert "1.0G lie in trash folders" in text
    assert "3.0G  ckpt/  2 files" in text
    assert "files at the top" in text
    assert cells(scene, "nv:nv2")["USED"].text == "4.0G"
    assert cells(scene, "nv:nv2")["BY"].text == "s3 2m"
