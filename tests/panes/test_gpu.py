from dataclasses import replace

from rgt_tui.domain.account import Account
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.pod import GpuUse, Pod, Runtime
from rgt_tui.domain.units import GIB, MIB
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.gpu import PANE
from rgt_tui.probes.cuda import CudaReport
from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport
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


def told(account: Account, key: str) -> str:
    blocks = PANE.detail(Scene(account=account, now=NOW), key)
    return "\n".join("".join(cell.text for cell in line) for b in blocks for line in b.lines)


def test_an_amd_pod_shows_what_rocm_smi_tells_and_no_invented_cuda() -> None:
    card = AmdGpu(index=0, name="AMD Instinct MI300X OAM", util_percent=91.0, power_w=688.0)
    pod = a_pod(gpu_id="AMD Instinct MI300X OAM")
    account = having(an_account(pod), pod, GpuReport(absent="no NVIDIA GPU"))
    account = having(account, pod, AmdReport(gpus=(card,), driver="6.10.5", is_expected=True))
    row = rows(account)[0]
    assert (row["MODEL"].text, row["USE"].text, row["CUDA"].text) == (card.name, "91%", "AMD")
    assert (row["ECC"].text, row["TEMP"]) == ("--", Cell("?", Tone.UNKNOWN))
    assert "AMD: driver 6.10.5" in told(account, f"{pod.id}/0")


def test_the_idle_clock_says_how_long_and_what_it_cost() -> None:
    pod = a_pod()
    account = an_account(pod)
    for ago, use in ((7200, 90.0), (3600, 0.0), (0, 0.0)):
        account = having(account, pod, GpuReport(gpus=(gpu(util=use),)), at=NOW - ago)
    assert rows(account)[0]["STATE"] == Cell("idle 1h00m", Tone.WARN)
    assert "all idle for 1h00m, since 2026-06-01T11:00:00Z: $1.19 for nothing" in told(
        account, f"{pod.id}/0"
    )


def test_full_use_at_idle_power_is_called_waiting_and_heat_is_named() -> None:
    waits = replace(gpu(util=100.0), power_w=60.0)
    assert only(a_pod(), GpuReport(gpus=(waits,)))["STATE"] == Cell("waits? low W", Tone.WARN)
    hot = replace(gpu(), slowed_by=("hardware heat limit",))
    assert only(a_pod(), GpuReport(gpus=(hot,)))["STATE"] == Cell("throttled!", Tone.BAD)


def test_memory_faults_and_an_old_driver_are_told() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, GpuReport(gpus=(gpu(),), driver="535.1"))
    sick = GpuHealth(uuid="GPU-0", ecc_on=True, uncorrected=2, rows_pending=True)
    account = having(account, pod, GpuHealthReport((sick,)))
    account = having(account, pod, CudaReport(driver_cuda="12.2", toolkit="13.0"))
    row = rows(account)[0]
    assert (row["ECC"], row["CUDA"].text) == (Cell("2!", Tone.BAD), "12.2")
    said = told(account, f"{pod.id}/0")
    assert "2 uncorrected" in said
    assert "image wants 13.0: the driver is too old for it (RP9)" in said


def test_a_process_has_owner_and_age_only_where_the_number_is_its_own() -> None:
    pod = a_pod()
    apps = (
        GpuProcess(gpu_uuid="GPU-0", pid=812, name="python", memory_bytes=512 * MIB),
        GpuProcess(gpu_uuid="GPU-0", pid=1, name="python", memory_bytes=None),
    )
    table = ProcessReport(
        (
            Process(pid=1, name="docker-init", state="S"),
            Process(
                pid=812, name="python", state="R", owner="root", age_s=7200.0, args="python t.py"
            ),
        )
    )
    account = having(an_account(pod), pod, GpuReport(gpus=(gpu(),), processes=apps))
    said = told(having(account, pod, table), f"{pod.id}/0")
    assert "root, 2h00m, python t.py" in said
    assert "owner ?, age ?" in said


def test_the_idle_clock_goes_on_from_a_former_run_and_tells_what_nobody_watched() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, GpuReport(gpus=(gpu(util=0.0),)), at=NOW - 60)
    account = having(account, pod, GpuReport(gpus=(gpu(util=0.0),)))
    account = having(account, pod, GpuIdle(NOW - 7200, NOW, unwatched_s=1800.0))
    assert rows(account)[0]["STATE"] == Cell("idle 2h00m+", Tone.WARN)
    said = told(account, f"{pod.id}/0")
    assert "all idle for 2h00m+, since 2026-06-01T10:00:00Z: $2.38 at least for nothing" in said
    assert "nobody looked for 30m of it" in said


def test_work_that_was_seen_ends_the_idle_clock_of_a_former_run() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, GpuReport(gpus=(gpu(util=90.0),)), at=NOW - 600)
    account = having(account, pod, GpuReport(gpus=(gpu(util=0.0),)), at=NOW - 300)
    account = having(account, pod, GpuReport(gpus=(gpu(util=0.0),)))
    account = having(account, pod, GpuIdle(NOW - 7200, NOW))
    assert rows(account)[0]["STATE"] == Cell("idle 5m", Tone.WARN)


def test_an_amd_gpu_is_unknown_until_its_own_tool_has_answered() -> None:
    pod = a_pod(gpu_id="AMD Instinct MI300X OAM", gpu_count=1)
    account = having(an_account(pod), pod, GpuReport(absent="nvidia-smi is not installed"))
    assert "NO GPU" not in rows(account)[0]["MODEL"].text
    assert rows(account)[0]["MODEL"].text.endswith(": ?")
    account = having(account, pod, AmdReport(absent="no device", is_expected=True))
    assert rows(account)[0]["MODEL"].text == "AMD: not readable"
