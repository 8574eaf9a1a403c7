"""LoRA by peft on a small random Llama whose base is quantised; with `late` a second adapter comes after the optimizer.

The quantised base and the 8-bit optimizer have the shape of those of bitsandbytes, which needs a GPU.
"""

import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
late = "late" in sys.argv


class Params4bit(torch.nn.Parameter):
    """Packed two to a byte, as bitsandbytes keeps them: uint8, no gradient."""

    def __new__(cls, data):
        return torch.Tensor._make_subclass(cls, data.to(torch.uint8), False)


class AdamW8bit(torch.optim.Optimizer):
    """Moments in int8 with a scale each."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                m = state["m"].float() * state["s"] if state else torch.zeros_like(p)
                m.mul_(group["betas"][0]).add_(p.grad, alpha=1 - group["betas"][0])
                state["s"] = m.abs().max().clamp_min(1e-12) / 127
                state["m"] = (m / state["s"]).round().to(torch.int8)
                p.add_(m / m.abs().max().clamp_min(group["eps"]), alpha=-group["lr"])


config = LlamaConfig(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
)
base = LlamaForCausalLM(config)
base.lm_head.quant_state = Params4bit(torch.randint(0, 255, (16, 32)))
base.model.norm.register_parameter("packed", Params4bit(torch.randint(0, 255, (8,))))
model = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj", "v_proj"]))
if late:
    optimizer = AdamW8bit([p for p in model.parameters() if p.requires_grad], lr=3e-3)
    model.add_adapter("second", LoraConfig(r=4, target_modules=["q_proj", "v_proj"]))
    model.set_adapter("second")
else:
    optimizer = AdamW8bit([p for p in model.parameters() if p.requires_grad], lr=3e-3)
for step in range(40):
    ids = torch.randint(0, 8, (8, 1)) + torch.arange(10)
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if step % 10 == 0:
        print({"loss": round(loss.item(), 4)})
