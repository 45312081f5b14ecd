from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.objects import StoredUse, StoredUses
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.disk import PANE
from rgt_tui.probes._walk import DiskUse, Offender
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.environment import CacheFolder, EnvironmentReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport
from tests.values import NOW, a_pod, an_account, having


def mount(path: str, kind: MountKind, used: float | None, size: float, source: str) -> DiskMount:
    return DiskMount(
        path=path,
        source=source,
        fstype="x",
        kind=kind,
        used_bytes=None if used is None else int(used * GIB),
        size_bytes=int(size * GIB),
        free_bytes=None,
        inodes_used=None,
        inodes_total=None,
        answered=used is not None,
    )


ROOT = mount("/", MountKind.CONTAINER, 19.6, 20, "overlay")
DISK = mount("/workspace", MountKind.VOLUME, 22, 196, "/dev/mapper/pod-7h9k2m4n6p")


def table(account: Account) -> dict[str, dict[str, Cell]]:
    rows = PANE.rows(Scene(account=account, now=NOW))
    titles = [column.title for column in PANE.columns]
    return {row.cells[1].text: dict(zip(titles, row.cells, strict=True)) for row in rows}


def test_each_mount_says_its_fill_and_its_fate() -> None:
    pod = a_pod()
    rows = table(having(an_account(pod), pod, DiskReport((ROOT, DISK))))
    assert rows["/"]["%"] == Cell("98%!", Tone.BAD)
    assert (rows["/"]["STOP"].text, rows["/"]["TERMINATE"].text) == ("wiped", "wiped")
    assert (rows["/workspace"]["STOP"].text, rows["/workspace"]["TERMINATE"].text) == (
        "kept",
        "DELETED",
    )


def test_a_network_volume_has_the_apis_size_and_no_invented_use() -> None:
    pod = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
    volume = NetworkVolume(id="v1", name="nv", size_gb=3000, data_center="EU-RO-1", tier="STANDARD")
    account = an_account(pod).after(Change(VolumeList, Observed(VolumeList((volume,)), NOW)))
    pool = mount("/workspace", MountKind.NETWORK, 1.4e6, 2.3e6, "mfs#euro.runpod.net:9421")
    row = table(having(account, pod, DiskReport((ROOT, pool))))["/workspace"]
    assert (row["USED"].text, row["SIZE"].text, row["%"].text) == ("?", "2.9T", "?")
    assert row["SIZE BY"].text == "api"
    assert row["TERMINATE"] == Cell("kept", Tone.GOOD)


def test_a_hung_mount_is_told_apart_from_an_empty_one() -> None:
    pod = a_pod()
    hung = mount("/workspace", MountKind.VOLUME, None, 196, "/dev/mapper/pod-7h9k2m4n6p")
    assert table(having(an_account(pod), pod, DiskReport((ROOT, hung))))["/workspace"][
        "USED"
    ] == Cell("hung!", Tone.BAD)


def test_without_df_the_api_still_tells_what_there_is_and_use_is_unknown() -> None:
    rows = table(an_account(a_pod()))
    assert {path: row["USED"].text for path, row in rows.items()} == {"/": "?", "/workspace": "?"}
    assert rows["/workspace"]["SIZE"].text == "200G"


def test_the_detail_says_why_df_was_not_seen() -> None:
    pod = a_pod()
    account = an_account(pod).after(Change(DiskReport, Failed("connection refused", NOW), pod.id))
    blocks = PANE.detail(Scene(account=account, now=NOW), f"{pod.id}/")
    text = " ".join(cell.text for line in blocks[0].lines for cell in line)
    assert "connection refused" in text
    assert blocks[0].note == "df never seen"


def test_an_overlay_where_the_api_promises_a_volume_counts_as_lost() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, DiskReport((ROOT,)))
    row = table(account)["/workspace"]
    assert row["STOP"].text == "wiped"
    blocks = PANE.detail(Scene(account=account, now=NOW), f"{pod.id}/")
    assert any("disagree" in cell.text for line in blocks[0].lines for cell in line)


def told(account: Account, pod_id: str) -> str:
    blocks = PANE.detail(Scene(account=account, now=NOW), f"{pod_id}/")
    return "\n".join("".join(cell.text for cell in line) for b in blocks for line in b.lines)


def test_growth_and_the_time_to_full_come_from_earlier_readings() -> None:
    pod = a_pod()
    account = an_account(pod)
    for minutes, used in ((60, 10.0), (30, 12.0), (0, 14.0)):
        root = mount("/", MountKind.CONTAINER, used, 20, "overlay")
        account = having(account, pod, DiskReport((root, DISK)), at=NOW - 60 * minutes)
    row = table(account)["/"]
    assert (row["GROWTH"].text, row["FULL IN"].text) == ("+4.0G/h", "1h30m!")
    assert table(account)["/workspace"]["GROWTH"] == Cell("0/h", Tone.DIM)
    assert "full in about 1h30m" in told(account, pod.id)


def test_a_network_volume_shows_what_its_files_add_up_to_with_age_and_source() -> None:
    pod = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
    volume = NetworkVolume(id="v1", name="nv", size_gb=100, data_center="EU-RO-1", tier="STANDARD")
    account = an_account(pod).after(Change(VolumeList, Observed(VolumeList((volume,)), NOW)))
    pool = mount("/workspace", MountKind.NETWORK, 1.4e6, 2.3e6, "mfs#euro.runpod.net:9421")
    account = having(account, pod, DiskReport((ROOT, pool)))
    use = DiskUse(mount="/workspace", is_whole=False, total_bytes=40 * GIB, files=40_000)
    account = having(account, pod, VolumeUseReport((use,)), at=NOW - 600)
    row = table(account)["/workspace"]
    assert (row["USED"].text, row["SIZE"].text, row["%"].text) == (">40.0G", "100G", "40%")
    assert row["GROWTH"] == Cell("?", Tone.UNKNOWN)
    assert "at least 40.0G of 100G (du 10m)" in told(account, pod.id)


def test_what_fills_a_disk_where_caches_point_and_trash_are_told() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, DiskReport((ROOT, DISK)))
    pip = Offender(path="/root/.cache/pip", size_bytes=9 * GIB, is_folder=True)
    trash = Offender(path="/workspace/.Trash-0", size_bytes=6 * GIB, is_folder=True)
    uses = (
        DiskUse(mount="/", is_whole=True, total_bytes=19 * GIB, files=7, folders=(pip,)),
        DiskUse(mount="/workspace", is_whole=True, total_bytes=22 * GIB, files=3, trash=(trash,)),
    )
    account = having(account, pod, LargestReport(uses))
    caches = (
        CacheFolder(variable="HF_HOME", first="/workspace/hf"),
        CacheFolder(variable="PIP_CACHE_DIR", session="/root/.cache/pip"),
    )
    account = having(account, pod, EnvironmentReport(first=("A",), caches=caches))
    said = told(account, pod.id)
    assert "/root/.cache/pip 9.0G" in said
    assert "/workspace/.Trash-0 6.0G" in said
    assert "HF_HOME /workspace/hf (volume disk)" in said
    assert "PIP_CACHE_DIR /root/.cache/pip (container disk)" in said
    assert "stop wipes 19.6G on /; terminate also deletes 22.0G on /workspace" in said


def test_the_newer_of_a_walk_and_a_list_over_s3_tells_what_lies_on_a_network_volume() -> None:
    pod = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
    volume = NetworkVolume(id="v1", name="nv", size_gb=1000, data_center="EU-RO-1", tier="STANDARD")
    account = an_account(pod).after(Change(VolumeList, Observed(VolumeList((volume,)), NOW)))
    pool = mount("/workspace", MountKind.NETWORK, 1.4e6, 2.3e6, "mfs#euro.runpod.net:9421")
    account = having(account, pod, DiskReport((ROOT, pool)))
    listed = StoredUses((StoredUse(volume_id="v1", size=500 * GIB, files=3),))
    account = account.after(Change(StoredUses, Observed(listed, NOW - 240)))
    row = table(account)["/workspace"]
    assert (row["USED"].text, row["%"].text, row["SIZE BY"].text) == ("500G", "50%", "api, s3 4m")
    walked = VolumeUseReport((DiskUse(mount="/workspace", total_bytes=600 * GIB, files=4),))
    row = table(having(account, pod, walked, at=NOW - 60))["/workspace"]
    assert (row["USED"].text, row["SIZE BY"].text) == (">600G", "api, du 1m")
    row = table(having(account, pod, walked, at=NOW - 3600))["/workspace"]
    assert (row["USED"].text, row["SIZE BY"].text) == ("500G", "api, s3 4m")


def test_a_list_over_s3_that_failed_or_is_of_another_volume_tells_nothing() -> None:
    pod = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
    uses = (StoredUse(volume_id="v1", trouble="no key"), StoredUse(volume_id="v2", size=GIB))
    account = an_account(pod).after(Change(StoredUses, Observed(StoredUses(uses), NOW)))
    assert table(account)["/workspace"]["USED"].text == "?"
