from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import GpuUse, Pod, Runtime
from rgt_tui.domain.units import GIB, MIB
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.gpu import PANE
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport
from tests.values import NOW, a_pod, an_account, having


def gpu(index: int = 0, util: float | None = 97.0, temperature: float | None = 61.0) -> Gpu:
    return Gpu(
        index=index,
        uuid=f"GPU-{index}",
        name="NVIDIA A100 80GB PCIe",
        util_percent=util,
        memory_used_bytes=71 * GIB,
        memory_total_bytes=80 * GIB,
        temperature_c=temperature,
        power_w=312.4,
        power_limit_w=400.0,
    )


def rows(account: Account) -> list[dict[str, Cell]]:
    titles = [column.title for column in PANE.columns]
    found = PANE.rows(Scene(account=account, now=NOW))
    return [dict(zip(titles, row.cells, strict=True)) for row in found]


def only(pod: Pod, report: GpuReport | None = None) -> dict[str, Cell]:
    account = an_account(pod)
    return rows(account if report is None else having(account, pod, report))[0]


def test_each_gpu_is_a_row_with_its_figures() -> None:
    pod = a_pod(gpu_count=2)
    report = GpuReport(gpus=(gpu(0), gpu(1, util=0.0)), driver="550.90", cuda="12.4")
    first, second = rows(having(an_account(pod), pod, report))
    assert first["USE"].text == "97%"
    assert first["BUSY"].text == "##########"
    assert first["MEMORY"].text == "71.0G/80.0G"
    assert first["POWER"].text == "312/400W"
    assert second["USE"] == Cell("0%", Tone.WARN)


def test_a_figure_the_driver_does_not_give_is_a_question_mark() -> None:
    row = only(a_pod(), GpuReport(gpus=(gpu(util=None, temperature=None),)))
    assert row["USE"] == Cell("?", Tone.UNKNOWN)
    assert row["TEMP"] == Cell("?", Tone.UNKNOWN)


def test_a_hot_gpu_carries_a_mark_beside_its_colour() -> None:
    assert only(a_pod(), GpuReport(gpus=(gpu(temperature=91.0),)))["TEMP"] == Cell("91C!", Tone.BAD)


def test_a_gpu_pod_that_sees_no_gpu_says_so_in_words() -> None:
    report = GpuReport(absent="no GPU: nvidia-smi is not installed")
    assert only(a_pod(), report)["MODEL"] == Cell("NO GPU seen!", Tone.BAD)
    account = having(an_account(a_pod()), a_pod(), report)
    blocks = PANE.detail(Scene(account=account, now=NOW), "7h9k2m4n6p/-")
    assert "nvidia-smi is not installed" in blocks[0].lines[0][0].text


def test_a_cpu_pod_says_that_it_has_none() -> None:
    pod = a_pod(gpu_id=None, gpu_count=None, cpu_id="cpu3c", vcpu_count=8)
    assert only(pod)["MODEL"].text == "CPU Pod: no GPU"


def test_a_stopped_pod_says_that_it_is_stopped() -> None:
    assert only(a_pod(status="EXITED", runtime=None))["MODEL"].text == "1xA100 80GB: stopped"


def test_before_nvidia_smi_the_apis_percentage_is_shown() -> None:
    pod = a_pod(runtime=Runtime(uptime_s=60.0, gpus=(GpuUse(util=42.0, memory_util=None),)))
    row = only(pod)
    assert row["USE"].text == "42%"
    assert row["MODEL"] == Cell("1xA100 80GB: ?", Tone.UNKNOWN)


def test_processes_are_listed_with_their_memory() -> None:
    process = GpuProcess(gpu_uuid="GPU-0", pid=812, name="python train.py", memory_bytes=512 * MIB)
    pod = a_pod()
    account = having(an_account(pod), pod, GpuReport(gpus=(gpu(),), processes=(process,)))
    blocks = PANE.detail(Scene(account=account, now=NOW), f"{pod.id}/0")
    assert "812" in blocks[0].lines[0][0].text
    assert "512M  python train.py" in blocks[0].lines[0][1].text
