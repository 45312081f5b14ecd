import pytest

from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes import BadSection
from rgt_tui.probes.df import kind_of, parse
from tests.probes.captured import said, section


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("df_network_volume.txt", {"/": "container", "/workspace": "network", "/dev/shm": "shm"}),
        ("df_volume_disk.txt", {"/": "container", "/dev/shm": "shm", "/workspace": "volume"}),
        ("df_no_workspace.txt", {"/": "container", "/dev/shm": "shm"}),
        ("df_custom_path.txt", {"/ai-inventor/aii_data": "network", "/": "container"}),
    ],
)
def test_the_kinds_of_storage_of_real_pods_are_told_apart(name: str, kinds: dict[str, str]) -> None:
    report = parse(section(name))
    assert {mount.path: mount.kind.value for mount in report.mounts} == kinds
    assert all(mount.answered for mount in report.mounts)


def test_the_figures_are_those_of_df() -> None:
    root = parse(section("df_network_volume.txt")).at("/")
    assert root is not None
    assert (root.used_bytes, root.size_bytes, root.free_bytes) == (
        106 * GIB,
        160 * GIB,
        55 * GIB,
    )


def test_blocks_of_1024_bytes_and_inodes_are_read() -> None:
    report = parse(
        said(
            "T 1 overlay / overlay\n"
            "B 1 1024 overlay 20971520 238592 20732928 2% /\n"
            "I 1 overlay 6553600 41250 6512350 1% /\n"
        )
    )
    root = report.mounts[0]
    assert root.size_bytes == 20 * GIB
    assert (root.inodes_used, root.inodes_total) == (41250, 6553600)


def test_a_file_system_without_inodes_has_unknown_inodes() -> None:
    report = parse(
        said("T 1 shm /dev/shm tmpfs\nB 1 1 shm 100 0 100 0% /dev/shm\nI 1 shm 0 0 0 - /dev/shm\n")
    )
    assert (report.mounts[0].inodes_used, report.mounts[0].inodes_total) == (None, None)


def test_a_mount_that_hangs_is_told_apart_from_the_ones_that_answer() -> None:
    report = parse(
        said(
            "T 1 overlay / overlay\nT 2 mfs\\043euro.runpod.net:9421 /workspace fuse\n"
            "B 1 1 overlay 100 50 50 50% /\n",
            timed_out=True,
        )
    )
    root, workspace = report.mounts
    assert root.answered
    assert not workspace.answered
    assert workspace.source == "mfs#euro.runpod.net:9421"
    assert (workspace.used_bytes, workspace.size_bytes) == (None, None)


def test_a_mount_df_refuses_has_answered_but_has_no_figures() -> None:
    report = parse(
        said("T 1 mfs#x /workspace fuse\nF 1 df: /workspace: Transport endpoint is not connected\n")
    )
    assert report.mounts[0].answered
    assert report.mounts[0].size_bytes is None


def test_files_mounted_over_files_are_left_out() -> None:
    report = parse(said("T 1 overlay / overlay\nT 2 /dev/sda2 /opt/tool ext4\nN 2\n"))
    assert [mount.path for mount in report.mounts] == ["/"]


def test_a_later_mount_at_the_same_path_is_the_one_that_counts() -> None:
    report = parse(
        said(
            "T 1 a /workspace tmpfs\nT 2 mfs#b /workspace fuse\nB 2 1 mfs#b 9 1 8 12% /workspace\n"
        )
    )
    assert [mount.kind for mount in report.mounts] == [MountKind.NETWORK]


def test_a_name_with_spaces_and_escapes_is_safe_to_show() -> None:
    report = parse(
        said(
            "T 1 my\\040disk /data\\040\\033[31m\\012x ext4\n"
            "B 1 1 my disk 100 50 50 50% /data \x1b[31m?x\n"
        )
    )
    mount = report.mounts[0]
    assert mount.path == r"/data \x1b[31m\x0ax"
    assert mount.source == "my disk"
    assert mount.size_bytes == 100


@pytest.mark.parametrize("text", ["", "sh: cannot open /proc/self/mounts: No such file\n"])
def test_without_a_mount_table_nothing_is_claimed(text: str) -> None:
    with pytest.raises(BadSection, match="mount table could not be read"):
        parse(said(text))


def test_a_table_that_was_cut_is_not_half_believed() -> None:
    with pytest.raises(BadSection, match="longer than"):
        parse(said("T 1 overlay / overlay\n", cut=True))


@pytest.mark.parametrize(
    "text", ["T 1 a\nB x\nI\nT\nB 1 1 \nQ 9\n\xff\n", "T 1 overlay / overlay\nB 1 one two\n"]
)
def test_lines_that_make_no_sense_cost_only_themselves(text: str) -> None:
    try:
        report = parse(said(text))
    except BadSection:
        return
    assert report.mounts[0].size_bytes is None


@pytest.mark.parametrize(
    ("path", "source", "fstype", "kind"),
    [
        ("/", "overlay", "overlay", MountKind.CONTAINER),
        ("/", "/dev/vda", "ext4", MountKind.CONTAINER),
        ("/workspace", "overlay", "overlay", MountKind.CONTAINER),
        ("/workspace", "/dev/mapper/pod-xk3demo7pod2qa", "ext4", MountKind.VOLUME),
        ("/workspace", "mfs#us-md-1.runpod.net:9421", "fuse", MountKind.NETWORK),
        ("/workspace", "10.0.0.4:/vol", "nfs4", MountKind.NETWORK),
        ("/workspace-global", "bucket", "fuse.geesefs", MountKind.GLOBAL),
        ("/dev/shm", "shm", "tmpfs", MountKind.SHM),
        ("/tmp", "tmpfs", "tmpfs", MountKind.OTHER),
        ("/mnt", "rclone:x", "fuse.rclone", MountKind.OTHER),
    ],
)
def test_the_kind_of_a_mount_row(path: str, source: str, fstype: str, kind: MountKind) -> None:
    assert kind_of(path, source, fstype) is kind


@pytest.mark.parametrize("size", ["9" * 400, "9" * 5000, "9" * 18, "٣"])
def test_a_size_that_cannot_be_is_unknown(size: str) -> None:
    root = parse(
        said(f"T 1 overlay / overlay\nB 1 1 overlay {size} 1 2 2% /\nI 1 o {size} 1 2 1% /\n")
    ).at("/")
    assert root is not None
    assert root.answered
    assert (root.size_bytes, root.inodes_total) == (None, None)


@pytest.mark.parametrize("unit", ["²", "9" * 5000, "x"])
def test_figures_in_an_unknown_unit_are_unknown(unit: str) -> None:
    root = parse(said(f"T 1 overlay / overlay\nB 1 {unit} overlay 30 20 10 2% /\n")).at("/")
    assert root is not None
    assert (root.size_bytes, root.used_bytes, root.free_bytes) == (None, None, None)
