"""Pod templates: the account's own, and RunPod's."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Container settings under a name."""

    id: str
    name: str
    image: str
    args: str = ""
    disk: int = 20
    persistent: tuple[int, str] | None = None
    ports: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    registry: str | None = None
    serverless: bool = False
    public: bool = False
    category: str = "NVIDIA"
    starts_ssh: bool = True
    starts_jupyter: bool = True
    cuda_versions: tuple[str, ...] = ()
    source: str = "own"
    """`own`, or the catalogue slice it belongs to: official, verified, community."""


CATALOGUE: Final = (
    Template(
        id="runpod-torch-v280",
        name="Runpod Pytorch 2.8.0",
        image="runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        persistent=(20, "/workspace"),
        ports=("8888/http", "22/tcp"),
        public=True,
        source="official",
    ),
    Template(
        id="runpod-ubuntu-2404",
        name="Runpod Ubuntu 24.04",
        image="runpod/base:1.0.2-ubuntu2404",
        ports=("22/tcp",),
        public=True,
        category="CPU",
        source="official",
    ),
    Template(
        id="cw3nka7d08",
        name="ComfyUI",
        image="runpod/comfyui:latest",
        persistent=(50, "/workspace"),
        ports=("8188/http", "22/tcp"),
        public=True,
        source="verified",
    ),
)
