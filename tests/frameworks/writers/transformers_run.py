"""A Trainer's run of two steps with a tiny model, `save_pretrained` in shards, and a LoRA adapter of it."""

import os

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments


class Texts(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        tokens = torch.arange(index, index + 8) % 40
        return {"input_ids": tokens, "labels": tokens}


def tiny():
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=16,
    ))  # fmt: skip


def train(model, folder, steps, **more):
    arguments = TrainingArguments(
        output_dir=folder, max_steps=steps, per_device_train_batch_size=2, save_steps=1, use_cpu=True,
        report_to=[], disable_tqdm=True, logging_steps=1, dataloader_num_workers=0, **more,
    )  # fmt: skip
    trainer = Trainer(model=model, args=arguments, train_dataset=Texts())
    trainer.train()
    return trainer


def write(folder):
    trainer = train(tiny(), os.path.join(folder, "trainer"), 2)
    trainer.save_model()
    trainer.save_state()
    tiny().save_pretrained(os.path.join(folder, "shards"), max_shard_size="6KB")
    half = tiny().to(torch.bfloat16)
    half.save_pretrained(os.path.join(folder, "half"))
    lora = get_peft_model(tiny(), LoraConfig(r=2, target_modules=["q_proj", "v_proj"]))
    train(lora, os.path.join(folder, "lora"), 1).model.save_pretrained(
        os.path.join(folder, "adapter")
    )
