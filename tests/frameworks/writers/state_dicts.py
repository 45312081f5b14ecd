"""What `torch.save` writes, of every kind of tensor that there is, and what it no longer calls so."""

import os

import torch


class Named(torch.Tensor):
    """A subclass of a tensor, as torchvision and torchao have them."""


def trained():
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(16, 32), torch.nn.BatchNorm1d(32), torch.nn.ReLU(), torch.nn.Linear(32, 4)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, foreach=False)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.9**step)
    for _ in range(2):
        model(torch.randn(8, 16)).square().sum().backward()
        optimizer.step()
        scheduler.step()
    return model, optimizer, scheduler


def tied():
    embedding = torch.nn.Embedding(20, 8)
    head = torch.nn.Linear(8, 20, bias=False)
    head.weight = embedding.weight
    return torch.nn.ModuleDict({"embedding": embedding, "head": head}).state_dict()


def floats8():
    noise = torch.randn(32, 32)
    kinds = (torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz)
    return {str(kind): noise.to(kind) for kind in kinds} | {
        "scale": torch.full((4,), 0.5).to(torch.float8_e8m0fnu)
    }


def integers():
    kinds = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool,
             torch.uint16, torch.uint32, torch.uint64)  # fmt: skip
    return {str(kind): torch.arange(1, 60).to(kind) for kind in kinds}


def quantised():
    noise = torch.randn(12, 12)
    return {
        "tensor": torch.quantize_per_tensor(noise, 0.1, 3, torch.qint8),
        "channel": torch.quantize_per_channel(
            noise, torch.full((12,), 0.1), torch.zeros(12, dtype=torch.int64), 0, torch.quint8
        ),
    }


def sparse():
    dense = torch.eye(12)
    return {
        "coo": dense.to_sparse(),
        "csr": dense.to_sparse_csr(),
        "csc": dense.to_sparse_csc(),
        "bsr": dense.to_sparse_bsr((2, 2)),
    }


def views():
    base = torch.randn(40, 40)
    return {
        "transposed": base.t(),
        "row": base[7],
        "window": base[3:9, 4:8],
        "expanded": base[:1].expand(9, 40),
        "conjugate": torch.randn(9, dtype=torch.complex64).conj(),
        "negative": torch.randn(9, dtype=torch.complex64).conj().imag,
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
        "none": None,
    }


def jagged():
    parts = [torch.randn(n, 4) for n in (2, 5, 3)]
    return torch.nested.nested_tensor(parts, layout=torch.jagged)


def write(folder):
    def save(name, value, **options):
        torch.save(value, os.path.join(folder, name), **options)

    model, optimizer, scheduler = trained()
    whole = {"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "scheduler": scheduler.state_dict(), "rng": torch.get_rng_state(),
             "note": "ünïcode", "losses": [1.0, float("nan")], "tuple": (1, None, True)}  # fmt: skip
    half = {name: one.to(torch.bfloat16) for name, one in model.state_dict().items()}
    save("training_step_120.pt", whole)
    save("legacy.pth", whole, _use_new_zipfile_serialization=False)
    save("bfloat16.pt", half)
    save("bfloat16_legacy.pt", half, _use_new_zipfile_serialization=False)
    save("float8.pt", floats8())
    save("integers.pt", integers())
    save("complex.pt", {str(k): torch.randn(30).to(k) for k in (torch.complex64, torch.complex128)})
    save("quantised.pt", quantised())
    save("tied.pt", tied())
    save("tied_legacy.pt", tied(), _use_new_zipfile_serialization=False)
    save("sparse.pt", sparse())
    save("views.pt", views())
    save("jagged.pt", {"parts": jagged()})
    save("nested.pt", {"parts": torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(4, 3)])})
    save("parameters.pt", {"w": torch.nn.Parameter(torch.randn(9)),
                           "b": torch.nn.Buffer(torch.randn(9)),
                           "lazy": torch.nn.UninitializedParameter()})  # fmt: skip
    save("subclass.pt", {"w": torch.randn(30).as_subclass(Named)})
    save("meta.pt", {"w": torch.empty(9, 9, device="meta"), "v": torch.ones(3)})
    save("alone.pt", torch.randn(50))
    save("storage.pt", torch.randn(50).untyped_storage())
    save("typed.pt", torch.randn(50).storage())
    save("protocol4.pt", model.state_dict(), pickle_protocol=4)
    save("protocol5.pt", model.state_dict(), pickle_protocol=5)
    save("model.pt", model)
    attributes = torch.randn(9)
    attributes.note = "kept"
    save("attributes.pt", {"w": attributes})
    summed = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    save("unsummed.pt", model.state_dict())
    torch.serialization.set_crc32_options(summed)
    model.eval()
    torch.jit.script(model).save(os.path.join(folder, "scripted.pt"))
    program = torch.export.export(model, (torch.randn(8, 16),))
    torch.export.save(program, os.path.join(folder, "exported.pt2"))
