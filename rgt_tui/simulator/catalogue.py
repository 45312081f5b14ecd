"""What RunPod rents out: GPU types, CPU flavours and data centers.

Prices are list prices in USD per GPU-hour: runpod.io/pricing for the H100, A100, H200, B200 and
B300 (read 2026-10-07), round figures near the list for the rest. They exist to be plausible:
no client may depend on them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuModel:
    """One GPU type as the catalogue and `nvidia-smi` know it."""

    id: str
    name: str
    memory_gb: int
    memory_mib: int
    watts: int
    secure: float
    community: float
    pool: str | None = None
    max_count: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuModel:
    """One CPU flavour; prices in USD per vCPU-hour."""

    id: str
    name: str
    group: str
    ram_gb_per_vcpu: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCenterModel:
    """One data center and the storage tiers it offers."""

    id: str
    name: str
    region: str
    country: str
    tiers: tuple[str, ...] = ("STANDARD",)
    compliance: tuple[str, ...] = ("SOC_2_TYPE_2",)
    global_network: bool = True


GPUS: Final = (
    GpuModel(
        id="NVIDIA GeForce RTX 4090",
        name="RTX 4090",
        memory_gb=24,
        memory_mib=24564,
        watts=450,
        secure=0.69,
        community=0.44,
        pool="ADA_24",
    ),
    GpuModel(
        id="NVIDIA GeForce RTX 5090",
        name="RTX 5090",
        memory_gb=32,
        memory_mib=32607,
        watts=575,
        secure=0.94,
        community=0.79,
    ),
    GpuModel(
        id="NVIDIA L40S",
        name="L40S",
        memory_gb=48,
        memory_mib=46068,
        watts=350,
        secure=0.86,
        community=0.47,
        pool="ADA_48_PRO",
    ),
    GpuModel(
        id="NVIDIA RTX A6000",
        name="RTX A6000",
        memory_gb=48,
        memory_mib=49140,
        watts=300,
        secure=0.49,
        community=0.33,
        pool="AMPERE_48",
    ),
    GpuModel(
        id="NVIDIA A100 80GB PCIe",
        name="A100 PCIe",
        memory_gb=80,
        memory_mib=81920,
        watts=300,
        secure=1.19,
        community=1.19,
        pool="AMPERE_80",
    ),
    GpuModel(
        id="NVIDIA H100 80GB HBM3",
        name="H100 SXM",
        memory_gb=80,
        memory_mib=81559,
        watts=700,
        secure=2.69,
        community=2.69,
        pool="HOPPER_141",
    ),
    GpuModel(
        id="NVIDIA H200",
        name="H200 SXM",
        memory_gb=141,
        memory_mib=143771,
        watts=700,
        secure=4.59,
        community=3.59,
    ),
    GpuModel(
        id="NVIDIA B200",
        name="B200",
        memory_gb=180,
        memory_mib=183359,
        watts=1000,
        secure=6.79,
        community=5.98,
    ),
)

CPUS: Final = (
    CpuModel(id="cpu3c", name="Compute-Optimized", group="Gen 3", ram_gb_per_vcpu=2.0, price=0.03),
    CpuModel(id="cpu3g", name="General Purpose", group="Gen 3", ram_gb_per_vcpu=4.0, price=0.04),
    CpuModel(id="cpu5c", name="Compute-Optimized", group="Gen 5", ram_gb_per_vcpu=2.0, price=0.035),
)

CPU_VCPUS: Final = (2, 32)
"""Fewest and most vCPUs of one CPU Pod; a power of two between them."""

DATA_CENTERS: Final = (
    DataCenterModel(id="EU-RO-1", name="EU Romania 1", region="EUROPE", country="RO"),
    DataCenterModel(id="EU-SE-1", name="EU Sweden 1", region="EUROPE", country="SE"),
    DataCenterModel(
        id="EUR-IS-1", name="EUR Iceland 1", region="EUROPE", country="IS", compliance=("GDPR",)
    ),
    DataCenterModel(
        id="US-KS-2",
        name="US Kansas 2",
        region="NORTH_AMERICA",
        country="US",
        tiers=("STANDARD", "HIGH_PERFORMANCE"),
        compliance=("SOC_2_TYPE_2", "ISO_IEC_27001"),
    ),
    DataCenterModel(id="US-MD-1", name="US Maryland 1", region="NORTH_AMERICA", country="US"),
    DataCenterModel(
        id="US-TX-3",
        name="US Texas 3",
        region="NORTH_AMERICA",
        country="US",
        tiers=(),
        global_network=False,
    ),
)

_GPU_BY_ID: Final = {gpu.id: gpu for gpu in GPUS}
_CPU_BY_ID: Final = {cpu.id: cpu for cpu in CPUS}
_DATA_CENTER_BY_ID: Final = {place.id: place for place in DATA_CENTERS}


AMD_GPUS: Final = (
    GpuModel(
        id="AMD Instinct MI300X OAM",
        name="MI300X",
        memory_gb=192,
        memory_mib=196_592,
        watts=750,
        secure=2.69,
        community=2.69,
        pool=None,
    ),
)
"""Kept apart from those that generated fleets choose from."""


def find_gpu(gpu_id: str) -> GpuModel | None:
    """The GPU type of that id, or None."""
    return _GPU_BY_ID.get(gpu_id) or next((it for it in AMD_GPUS if it.id == gpu_id), None)


def find_cpu(cpu_id: str) -> CpuModel | None:
    """The CPU flavour of that id, or None."""
    return _CPU_BY_ID.get(cpu_id)


def find_data_center(data_center_id: str) -> DataCenterModel | None:
    """The data center of that id, or None."""
    return _DATA_CENTER_BY_ID.get(data_center_id)
