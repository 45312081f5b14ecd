"""A scene with everything that the money panes show: bills, memory, catalogue, volumes of every kind."""

from dataclasses import replace
from decimal import Decimal

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.billing import (
    Billing,
    BillingHistory,
    PodBillingHistory,
    Spent,
    VolumeBillingHistory,
)
from rgt_tui.domain.catalog import DataCenter, DataCenterList, GpuType, GpuTypeList
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.history import History, Stretch
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import NetworkMount, Pod, PodList
from rgt_tui.domain.rates import billed
from rgt_tui.domain.units import GIB, PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.panes import Scene
from rgt_tui.probes._walk import DiskUse
from rgt_tui.probes.volume_use import VolumeUseReport
from tests.ui import scenes
from tests.values import NOW

DAY = 86_400.0
HOUR = 3600.0
TODAY = NOW // DAY * DAY
ORPHAN = NetworkVolume(
    id="nv2", name="datasets-2025", size_gb=100, data_center="US-KS-2", tier="HIGH_PERFORMANCE"
)
ALONE = NetworkVolume(id="nv3", name="outputs", size_gb=500, data_center="US-TX-3", tier="STANDARD")
GPUS = ("NVIDIA H100 80GB HBM3", "NVIDIA A100 80GB PCIe", "NVIDIA L40S", "NVIDIA GeForce RTX 4090")


def money() -> Scene:
    """Billing, memory and catalogue were read; two running Pods write to one volume."""
    return scenes.scene_of(_account())


def money_unknown() -> Scene:
    """The key may read neither the balance nor the billing; the catalogue does not answer."""
    account = scenes.demo_account()
    hint = "A restricted key or a team role cannot read it."
    refused = Failed("could not read the balance: the service refused", NOW - 9, "refused", hint)
    forbidden = Failed(
        "could not read the billing history: this key lacks the right (403)", NOW - 9, "forbidden"
    )
    silent = Failed("could not list the data centers: no answer in time", NOW - 9, "ambiguous")
    account = account.after(Change(Billing, forbidden)).after(Change(DataCenterList, silent))
    known = {k: v for k, v in account.evidence.readings.items() if k is not Balance}
    account = replace(account, evidence=replace(account.evidence, readings=known))
    return scenes.scene_of(account.after(Change(Balance, refused)))


def _account() -> Account:
    account = scenes.demo_account()
    training, stopped = scenes.training(), scenes.stopped()
    second = replace(
        training,
        id=PodId("2b4c6d8e0f"),
        name="eval-b",
        network_mounts=(NetworkMount(volume_id="nv1", path="/data"),),
        cost_per_hour=Decimal("0.86"),
        gpu_id="NVIDIA L40S",
    )
    pods = (*account.pods, second)
    volumes = VolumeList((scenes.VOLUME, ORPHAN, ALONE))
    for value, age, source in (
        (PodList(pods), 2, "api"),
        (volumes, 40, "api"),
        (_centers(), 40, "api"),
        (_types(), 40, "api"),
        (_billing(pods, stopped), 290, "billing"),
    ):
        account = account.after(Change(type(value), Observed(value, NOW - age, source)))
    balance = Balance(
        balance=Decimal("42.17"), spend_per_hour=Decimal("9.11"), spend_limit=Decimal(80)
    )
    account = account.after(Change(Balance, Observed(balance, NOW - 41)))
    account = account.after(Change(History, Observed(_history(stopped), NOW - 3, "history")))
    use = DiskUse(mount="/workspace", is_whole=True, total_bytes=1900 * GIB)
    seen: Observed[object] = Observed(VolumeUseReport((use,)), NOW - 720, "ssh")
    return account.after(Change(VolumeUseReport, seen, training.id))


def _history(stopped: Pod) -> History:
    since = TODAY - 11.5 * DAY
    stretch = Stretch(
        pod_id=stopped.id,
        name=stopped.name,
        start=stopped.start,
        billed=billed(stopped),
        since=since,
        until=NOW,
    )
    return History(stretches=(stretch,), since=since)


def _billing(pods: tuple[Pod, ...], stopped: Pod) -> Billing:
    days = tuple(
        _spent(
            TODAY - b * DAY,
            DAY,
            podGpuAmount=20 + 40 * (b % 7) / 6 + b,
            podDiskAmount=0.6,
            storageStandardAmount=5.6,
        )
        for b in range(1, 30)
    )
    today = _spent(TODAY, DAY, podGpuAmount=61.2, podDiskAmount=0.3, storageStandardAmount=2.8)
    hours = tuple(
        _spent(NOW - HOUR * (b + 1), HOUR, podGpuAmount=2 + b % 5, podDiskAmount=0.02)
        for b in range(24)
    )
    of_pods = [
        _spent(TODAY - b * DAY, DAY, pod, gpuAmount=7.5, diskAmount=0.1)
        for b in range(3)
        for pod in pods
        if pod is not stopped and not pod.is_stopped
    ]
    asleep = [_spent(TODAY - b * DAY, DAY, stopped, diskAmount=0.263) for b in range(12)]
    return Billing(
        days=BillingHistory(records=(*days, today)),
        hours=BillingHistory(records=hours),
        pod_days=PodBillingHistory(records=(*of_pods, *asleep)),
        volume_days=VolumeBillingHistory(),
    )


def _spent(start: float, length: float, pod: Pod | None = None, **amounts: float) -> Spent:
    known = {name: Decimal(str(round(usd, 2))) for name, usd in amounts.items()}
    return Spent(
        start=start,
        end=start + length,
        total=sum(known.values(), Decimal(0)),
        parts=known,
        pod_id=None if pod is None else pod.id,
    )


def _centers() -> DataCenterList:
    stocks = {
        "EU-RO-1": ("NONE", "LOW", "HIGH", "LOW"),
        "EU-SE-1": ("LOW", "HIGH", "LOW", "HIGH"),
        "US-KS-2": ("MEDIUM", "NONE", "LOW", "HIGH"),
        "US-TX-3": ("HIGH", "NONE", "NONE", "LOW"),
    }
    return DataCenterList(
        tuple(
            DataCenter(
                id=name,
                name=name,
                volume_tiers=() if name == "US-TX-3" else ("STANDARD", "HIGH_PERFORMANCE"),
                gpus=dict(zip(GPUS, levels, strict=True)),
            )
            for name, levels in stocks.items()
        )
    )


def _types() -> GpuTypeList:
    prices = ("3.49", "1.59", "0.86", "0.69")
    memory = (80, 80, 48, 24)
    centers = _centers().data_centers
    return GpuTypeList(
        tuple(
            GpuType(
                id=gpu,
                name=gpu,
                memory_gb=size,
                secure_price=Decimal(price),
                community_price=Decimal(price),
                data_centers={center.id: center.gpus[gpu] for center in centers},
            )
            for gpu, price, size in zip(GPUS, prices, memory, strict=True)
        )
    )
