"""LoRA and other PEFT adapters: a configuration beside the adapter's weights."""

from __future__ import annotations

from rgt_tui.verifiers import Broken, Proves, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._torch import names_in
from rgt_tui.verifiers.safetensors import header

CONFIG = "adapter_config.json"
WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")


def check(folder: Folder) -> str:
    """Configuration and weights are there, and LoRA halves come in pairs."""
    config = folder.json(CONFIG)
    if not isinstance(config, dict) or "peft_type" not in config:
        raise Broken(f"{CONFIG} tells no peft_type")
    present = [name for name in WEIGHTS if name in folder.files]
    if not present:
        raise Broken("the adapter's weights are missing")
    file = folder.open(present[0])
    try:
        names = _names(file)
    finally:
        file.close()
    for one, other in (("lora_A", "lora_B"), ("lora_B", "lora_A")):
        alone = [n for n in names if one in n and n.replace(one, other) not in names]
        if alone:
            raise Broken(f"{alone[0]} lacks its {other}")
    return f"{config['peft_type']}, {len(names)} tensors; its base model is not part of it"


def _names(file: File) -> set[str]:
    if file.name.endswith(".safetensors"):
        found, _ = header(file)
        return {name for name in found if name != "__metadata__"}
    return set(names_in(file))


VERIFIER = Verifier(
    name="peft",
    title="LoRA and PEFT adapters",
    group=check,
    proves=Proves(
        structure="configuration and weights are there; LoRA halves come in pairs",
        full="the weights as their own format",
        load="the weights as their own format",
        never="whether the base model is kept anywhere",
    ),
)
