"""The API's facts and the mount table joined, on mount rows of real Pods."""

from dataclasses import replace

from rgt_tui.domain.durable import Lies
from rgt_tui.domain.pod import NetworkMount, Pod, VolumeDisk
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind, NetworkVolume
from rgt_tui.facts import stores
from rgt_tui.probes.df import DiskReport, parse
from rgt_tui.storage import Store, lies_of, storage_of
from tests.probes.captured import said, section
from tests.triage.test_rp11_container_disk_full import overlay
from tests.values import a_pod, an_account, having

DATA = NetworkVolume(
    id="v1", name="train-data", size_gb=500, data_center="EU-RO-1", tier="STANDARD"
)


def on_network(path: str = "/workspace") -> Pod:
    return a_pod(
        disk_gb=160,
        data_center="EU-RO-1",
        volume_disk=None,
        network_mounts=(NetworkMount(volume_id="v1", path=path),),
    )


def at(path: str, pod: Pod, report: DiskReport | None) -> Store:
    return next(store for store in storage_of(pod, [DATA], report) if store.path == path)


def test_the_container_disk_is_measured_by_df_and_survives_nothing() -> None:
    store = at("/", on_network(), parse(section("df_network_volume.txt")))
    assert (store.kind, store.label) == (MountKind.CONTAINER, "container disk")
    assert (store.used_bytes, store.size_bytes) == (106 * GIB, 160 * GIB)
    assert store.size_source == "df"
    assert not store.survives_stop
    assert not store.survives_terminate
    assert store.percent == 66.25


def test_a_network_volume_has_the_apis_size_and_an_unknown_use() -> None:
    store = at("/workspace", on_network(), parse(section("df_network_volume.txt")))
    assert (store.kind, store.label) == (MountKind.NETWORK, "network volume train-data")
    assert (store.used_bytes, store.size_bytes, store.percent) == (None, 500 * GIB, None)
    assert store.size_source == "api"
    assert store.survives_stop
    assert store.survives_terminate
    assert store.agrees
    assert store.source == "mfs#euro.runpod.net:9421"


def test_a_network_volume_is_found_at_any_path() -> None:
    pod = on_network("/ai-inventor/aii_data/")
    stores = storage_of(pod, [DATA], parse(section("df_custom_path.txt")))
    store = next(store for store in stores if store.kind is MountKind.NETWORK)
    assert store.agrees
    assert store.survives_terminate


def test_a_network_volume_missing_from_the_list_has_an_unknown_size() -> None:
    report = parse(section("df_network_volume.txt"))
    store = next(s for s in storage_of(on_network(), [], report) if s.path == "/workspace")
    assert store.label == "network volume v1"
    assert (store.size_bytes, store.size_source) == (None, "none")


def test_a_volume_disk_survives_stop_alone_and_is_measured_by_df() -> None:
    pod = a_pod(volume_disk=VolumeDisk(size_gb=100, path="/workspace"))
    store = at("/workspace", pod, parse(section("df_volume_disk.txt")))
    assert (store.kind, store.label) == (MountKind.VOLUME, "volume disk")
    assert store.survives_stop
    assert not store.survives_terminate
    assert store.size_source == "df"
    assert store.percent is not None
    assert round(store.percent) == 2


def test_an_ordered_gigabyte_is_a_gibibyte() -> None:
    """Ordered with 100 GB, shown as 98G by `df -h`: more than 100 decimal GB could be."""
    pod = a_pod(volume_disk=VolumeDisk(size_gb=100, path="/workspace"))
    measured = at("/workspace", pod, parse(section("df_volume_disk.txt"))).size_bytes
    ordered = at("/workspace", pod, None).size_bytes
    assert measured is not None
    assert ordered is not None
    assert 100 * 10**9 < measured < ordered


def test_without_a_report_the_rows_come_from_the_api_alone() -> None:
    stores = storage_of(a_pod(), [], None)
    assert [(s.path, s.used_bytes, s.size_bytes, s.size_source) for s in stores] == [
        ("/", None, 20 * GIB, "api"),
        ("/workspace", None, 200 * GIB, "api"),
    ]
    assert all(store.agrees for store in stores)


def test_a_stopped_pod_is_not_shown_with_what_was_mounted_before() -> None:
    pod = a_pod(status="EXITED", runtime=None)
    stores = storage_of(pod, [], parse(section("df_volume_disk.txt")))
    assert [(store.path, store.used_bytes) for store in stores] == [("/workspace", None)]


def test_a_volume_the_api_lists_but_nobody_mounted_counts_as_lost() -> None:
    for pod in (on_network(), a_pod()):
        store = at("/workspace", pod, parse(section("df_no_workspace.txt")))
        assert not store.agrees
        assert store.kind is MountKind.CONTAINER
        assert "is not mounted" in store.label
        assert not store.survives_stop
        assert not store.survives_terminate
        assert store.percent is None


def test_memory_in_place_of_a_network_volume_counts_as_lost() -> None:
    report = parse(said("T 1 overlay / overlay\nT 2 tmpfs /workspace tmpfs\n"))
    store = at("/workspace", on_network(), report)
    assert not store.agrees
    assert not store.survives_stop
    assert store.label == "other mount in place of the network volume train-data"


def test_a_local_disk_in_place_of_a_network_volume_counts_as_lost() -> None:
    store = at("/workspace", on_network(), parse(section("df_volume_disk.txt")))
    assert not store.agrees
    assert not store.survives_terminate


def test_a_file_system_of_an_unknown_kind_is_believed_where_the_api_lists_a_volume() -> None:
    report = parse(said("T 1 overlay / overlay\nT 2 fast /workspace fuse.fastfs\n"))
    store = at("/workspace", on_network(), report)
    assert store.agrees
    assert store.survives_terminate


def test_a_network_mount_the_api_does_not_list_is_not_taken_as_lasting() -> None:
    pod = a_pod(volume_disk=None)
    store = at("/workspace", pod, parse(section("df_network_volume.txt")))
    assert not store.agrees
    assert not store.survives_stop
    assert (store.used_bytes, store.size_bytes) == (None, None)


def test_a_global_volume_survives_and_shows_no_figures_of_its_pool() -> None:
    report = parse(
        said(
            "T 1 overlay / overlay\nT 2 bucket /workspace-global fuse.geesefs\n"
            "B 2 1 bucket 1125899906842624 0 1125899906842624 0% /workspace-global\n"
        )
    )
    store = at("/workspace-global", a_pod(volume_disk=None), report)
    assert store.kind is MountKind.GLOBAL
    assert store.survives_terminate
    assert (store.used_bytes, store.size_bytes, store.size_source) == (None, None, "none")


def test_a_network_volume_that_does_not_answer_is_told() -> None:
    report = parse(
        said(
            "T 1 overlay / overlay\nT 2 mfs#x /workspace fuse\nB 1 1 o 9 1 8 12% /\n",
            timed_out=True,
        )
    )
    store = at("/workspace", on_network(), report)
    assert store.hung
    assert store.agrees
    assert store.survives_terminate
    assert not at("/", on_network(), report).hung


def test_shared_memory_is_a_row_of_its_own() -> None:
    store = at("/dev/shm", on_network(), parse(section("df_network_volume.txt")))
    assert store.label == "shared memory"
    assert not store.survives_stop


def test_an_empty_disk_and_an_unknown_size_have_no_percentage() -> None:
    store = at("/", a_pod(disk_gb=None, volume_disk=None), None)
    assert (store.size_bytes, store.size_source, store.percent) == (None, "none", None)


def lies(path: str, pod: Pod, report: DiskReport | None, *volumes: NetworkVolume) -> Lies:
    return lies_of(path, pod, volumes, storage_of(pod, volumes, report), report)


def test_a_file_lies_on_the_deepest_mount_above_its_real_path() -> None:
    report = parse(section("df_network_volume.txt"))
    inside = lies("/workspace/a.pt", on_network(), report, DATA)
    assert (inside.kind, inside.place, inside.agrees) == (MountKind.NETWORK, "volume:v1", True)
    linked = lies("/root/a.pt", on_network(), report, DATA)
    assert (linked.kind, linked.place) == (MountKind.CONTAINER, "")


def test_a_volume_that_the_account_does_not_list_is_no_place() -> None:
    report = parse(section("df_network_volume.txt"))
    assert lies("/workspace/a.pt", on_network(), report).place == ""


def test_an_unmounted_network_volume_is_a_folder_of_the_container_disk() -> None:
    report = parse(said("T 1 overlay / overlay rw\nB 1 1 overlay 9 1 8 2% /\n"))
    found = lies("/workspace/a.pt", on_network(), report, DATA)
    assert (found.kind, found.agrees) == (MountKind.CONTAINER, False)


def test_an_unknown_kind_of_mount_or_another_data_center_is_a_doubt() -> None:
    report = parse(section("df_network_volume.txt"))
    odd = replace(on_network(), unknown_mounts=("global",))
    assert "global" in lies("/workspace/a.pt", odd, report, DATA).doubt
    away = replace(on_network(), data_center="US-KS-2")
    assert "different data centers" in lies("/workspace/a.pt", away, report, DATA).doubt


def test_the_disks_of_a_pod_are_joined_once_for_what_was_read_and_anew_for_more() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, DiskReport((overlay(3),)))
    first = stores(pod, account)
    assert stores(pod, account) is first
    fuller = having(account, pod, DiskReport((overlay(19),)))
    assert stores(pod, fuller)[0].percent == 95.0
    assert stores(pod, account)[0].percent == 15.0


def test_a_network_volume_that_takes_no_writes_is_told_so() -> None:
    report = parse(section("df_network_volume.txt"))
    stuck = tuple(
        replace(mount, is_read_only=True) if mount.path == "/workspace" else mount
        for mount in report.mounts
    )
    assert at("/workspace", on_network(), DiskReport(stuck)).is_read_only
