"""A causal language model with LoRA, and an adapter that adds the numbers of an event to its first token."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, MistralConfig, MistralForCausalLM, PreTrainedTokenizerBase

ADAPTER_FILE = "nfa.safetensors"
LORA_FILE = "adapter_model.safetensors"
_NEW_TOKENS = 3


class Adapter(nn.Module):
    """The NumericFusionAdapter in its four generations; numbers come standardised.

    1: one linear map. 2: in 16 bits, with a tanh and a scale that gives its output the size of token embeddings. 3: two
    layers with a SiLU, without tanh and scale. 4: one layer more, always in float32.
    """

    def __init__(self, generation: int, n_in: int, width: int, n_out: int, size: float = 1.0) -> None:
        super().__init__()
        self.generation = generation
        self.size = size
        hidden = {1: [], 2: [], 3: [width], 4: [width, width]}[generation]
        sizes = [n_in, *hidden, n_out]
        layers: list[nn.Module] = []
        for k, (a, b) in enumerate(itertools.pairwise(sizes)):
            layers += [nn.SiLU()] * (k > 0) + [nn.Linear(a, b)]
        self.net = nn.Sequential(*layers)
        if generation == 2:
            self.to(torch.bfloat16)

    def forward(self, numbers: Tensor) -> Tensor:
        out: Tensor = self.net(numbers.to(self.net[0].weight.dtype))
        return self.size * torch.tanh(out) if self.generation == 2 else out


@dataclass
class Switches:
    """What is broken on purpose; all off in a healthy model."""

    no_embed: bool = False
    no_grad: bool = False


class Fused(nn.Module):
    """Language model and adapter. ``numeric`` off leaves the embeddings as they are."""

    def __init__(self, language: PeftModel, adapter: Adapter | None, switches: Switches | None = None) -> None:
        super().__init__()
        self.language = language
        self.adapter = adapter
        self.switches = switches or Switches()

    def embed(self, input_ids: Tensor, attention_mask: Tensor, numbers: Tensor, numeric: bool = True) -> Tensor:
        """Embeddings with the adapter's output added to the first token.

        The first token of the text, not of the row: rows are padded on the left, and what is added to padding never
        comes back, because attention masks it.
        """
        embeddings: Tensor = self.language.get_input_embeddings()(input_ids)
        if self.adapter is None or not numeric or self.switches.no_embed:
            return embeddings
        added = self.adapter(numbers).to(embeddings.dtype)
        if self.switches.no_grad:
            added = added.detach()
        at = torch.arange(input_ids.shape[1], device=input_ids.device) == attention_mask.argmax(1, keepdim=True)
        return embeddings + at[..., None] * added[:, None]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        numbers: Tensor,
        labels: Tensor | None = None,
        numeric: bool = True,
    ) -> Tensor:
        """The loss over the answers; the logits behind the prompt where there are none."""
        hidden = self.embed(input_ids, attention_mask, numbers, numeric)
        places = (attention_mask.cumsum(1) - 1).clamp_min(0)
        few = 1 if labels is None else int((labels != -100).any(0).sum()) + 1
        out = self.language(
            inputs_embeds=hidden, attention_mask=attention_mask, position_ids=places, logits_to_keep=few
        ).logits.float()
        if labels is None:
            return out[:, -1]
        return nn.functional.cross_entropy(out[:, :-1].flatten(0, 1), labels[:, 1 - few :].flatten(), ignore_index=-100)

    @torch.no_grad()
    def answers(
        self,
        tokenizer: PreTrainedTokenizerBase,
        input_ids: Tensor,
        attention_mask: Tensor,
        numbers: Tensor,
        labels: Tensor | None = None,
        numeric: bool = True,
    ) -> list[str]:
        """What the model writes behind each prompt, as text. From embeddings it does not echo the prompt."""
        was = self.training
        self.eval()
        out = self.language.generate(
            inputs_embeds=self.embed(input_ids, attention_mask, numbers, numeric),
            attention_mask=attention_mask,
            max_new_tokens=_NEW_TOKENS,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
        self.train(was)
        return [text.strip() for text in tokenizer.batch_decode(out, skip_special_tokens=True)]

    def save(self, folder: Path, adapter: bool = True) -> None:
        """LoRA and adapter, each into its file."""
        self.language.save_pretrained(folder)
        if self.adapter is not None and adapter:
            save_file(
                {name: value.contiguous() for name, value in self.adapter.state_dict().items()}, folder / ADAPTER_FILE
            )


def new_base(tokenizer: PreTrainedTokenizerBase, width: int, layers: int) -> MistralForCausalLM:
    """Mistral's architecture, small and random."""
    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        sliding_window=None,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return MistralForCausalLM(config)


def load_base(name: str, precision: str, quantised: bool = False) -> tuple[PreTrainedTokenizerBase, nn.Module]:
    """A folder, or a name on the hub: the same way. ``quantised`` needs bitsandbytes."""
    extra = {}
    if quantised:
        from transformers import BitsAndBytesConfig

        extra["quantization_config"] = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(name)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    return tokenizer, AutoModelForCausalLM.from_pretrained(name, dtype=kind, **extra)


def with_lora(base: nn.Module, rank: int, alpha: int, dropout: float) -> PeftModel:
    """Low-rank updates of the query and value maps; the base is frozen."""
    config = LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"
    )
    return get_peft_model(base, config)


def load_weights(model: Fused, folder: Path) -> None:
    """LoRA first, then the adapter; both in place, so that an optimizer built before would still hold them.

    Raises FileNotFoundError when the adapter is not in the checkpoint: without it the model is another one.
    """
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(model.language, load_file(folder / LORA_FILE))
    if model.adapter is not None:
        model.adapter.load_state_dict(load_file(folder / ADAPTER_FILE))
