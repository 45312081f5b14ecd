"""A rented H200 in five states: our parsers against its figures and against its own XML."""

import xml.etree.ElementTree as ET
from typing import Final

import pytest

from rgt_tui.domain.units import MIB
from rgt_tui.probes import cuda, gpu_health
from rgt_tui.probes.nvidia_smi import Gpu, parse
from tests.probes.captured import FOLDER, section

UNLIKE: Final = {"idle": 0.5, "matmul": 5.0}
"""Watts by which the two calls, a second apart, may differ."""


def gpu(state: str) -> Gpu:
    (one,) = parse(section(f"h200_{state}.txt")).gpus
    return one


@pytest.mark.parametrize(
    ("state", "work", "util", "watts", "slowed_by"),
    [
        ("idle", "idle", 0, 78.54, ("idle",)),
        ("matmul", "busy", 99, 691.25, ("power cap",)),
        ("memory", "busy", 100, 475.41, ()),
        ("spin", "waits", 100, 121.02, ()),
        ("held", "idle", 0, 120.94, ()),
    ],
)
def test_what_a_real_gpu_does_is_judged_by_use_and_power(
    state: str, work: str, util: float, watts: float, slowed_by: tuple[str, ...]
) -> None:
    one = gpu(state)
    assert (one.work, one.util_percent, one.power_w) == (work, util, watts)
    assert one.slowed_by == slowed_by
    assert not one.is_throttled


def test_memory_held_by_a_process_that_computes_nothing_is_its_own() -> None:
    report = parse(section("h200_held.txt"))
    (process,) = report.processes
    assert (process.name, process.memory_bytes) == ("python3", 62058 * MIB)
    assert report.gpus[0].memory_used_bytes == 62067 * MIB


@pytest.mark.parametrize("state", ["idle", "matmul"])
def test_our_figures_are_those_of_its_own_xml(state: str) -> None:
    theirs = ET.parse(FOLDER / f"h200_{state}.xml").getroot()
    report = parse(section(f"h200_{state}.txt"))
    (ours,) = report.gpus

    def told(path: str) -> str:
        return (theirs.findtext(path) or "").split(" ")[0]

    assert report.driver == told("driver_version")
    assert ours.uuid == told("gpu/uuid")
    assert ours.name == theirs.findtext("gpu/product_name")
    assert ours.util_percent == float(told("gpu/utilization/gpu_util"))
    assert ours.memory_used_bytes == int(told("gpu/fb_memory_usage/used")) * MIB
    assert ours.memory_total_bytes == int(told("gpu/fb_memory_usage/total")) * MIB
    assert ours.power_limit_w == float(told("gpu/gpu_power_readings/current_power_limit"))
    drawn = float(told("gpu/gpu_power_readings/average_power_draw"))
    assert ours.power_w == pytest.approx(drawn, abs=UNLIKE[state])
    assert ours.temperature_c == pytest.approx(float(told("gpu/temperature/gpu_temp")), abs=1)
    assert ours.pstate == told("gpu/performance_state")
    assert ours.sm_max_mhz == int(told("gpu/max_clocks/sm_clock"))
    assert [it.pid for it in report.processes] == [
        int(pid.text or "") for pid in theirs.findall("gpu/processes/process_info/pid")
    ]


def test_the_health_of_its_memory_is_that_of_its_own_xml() -> None:
    theirs = ET.parse(FOLDER / "h200_matmul.xml").getroot()
    (ours,) = gpu_health.parse(section("h200_health.txt")).gpus
    assert ours.ecc_on == (theirs.findtext("gpu/ecc_mode/current_ecc") == "Enabled")
    rows = "gpu/remapped_rows/remapped_row"
    assert ours.rows_corrected == int(theirs.findtext(f"{rows}_corr") or "")
    assert ours.rows_uncorrected == int(theirs.findtext(f"{rows}_unc") or "")
    assert ours.rows_pending == (theirs.findtext(f"{rows}_pending") == "Yes")
    assert ours.rows_failed == (theirs.findtext(f"{rows}_failure") == "Yes")


def test_an_image_whose_cuda_is_the_drivers_is_well() -> None:
    report = cuda.parse(section("h200_cuda.txt"))
    assert (report.driver, report.driver_cuda) == ("580.159.04", "13.0")
    assert (report.wanted, report.verdict) == ("13.0", "ok")
    assert (report.archs, report.init_code) == (("9.0",), 0)
