"""Token studies straight from extraction: seconds a prompt, and bytes of summaries beside those of the states.

    python benchmarks/tokens.py --prompts 3 --tokens 1000 --blocks 32 --width 256

A transformer with random weights, which costs what a trained one of its size does; 33 layers are 32 blocks and their input.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("prompts", 3), ("tokens", 1000), ("blocks", 32), ("width", 256)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    from transformers import GPT2Config, GPT2Model

    from repscape.study._tokens import _measured

    torch.manual_seed(0)
    config = GPT2Config(n_embd=asked.width, n_layer=asked.blocks, n_head=4, n_positions=asked.tokens, vocab_size=5000)
    model = GPT2Model(config).eval()
    size = kept = 0
    passed = measured = 0.0
    for prompt in range(asked.prompts):
        drawn = torch.from_numpy(np.random.default_rng(prompt).zipf(1.3, asked.tokens) % 5000)[None]
        start = time.process_time()
        with torch.inference_mode():
            states = [layer[0].numpy() for layer in model(drawn, output_hidden_states=True).hidden_states]
        passed += time.process_time() - start
        start = time.process_time()
        found = _measured(states, 10, [2, 4, 8, 16, 32, 64], None)
        measured += time.process_time() - start
        size += sum(layer.nbytes for layer in states)
        kept += sum(np.asarray(value).nbytes for value in found.values())
    print(f"{asked.prompts} prompts x {asked.tokens} tokens x {len(states)} layers of {asked.width}")
    each = [seconds / asked.prompts for seconds in (passed, measured)]
    print(f"processor seconds a prompt: {each[0]:.1f} for the model, {each[1]:.1f} for measures")
    print(
        f"kept {kept / asked.prompts:,.0f} bytes a prompt beside {size / asked.prompts:,.0f} of states: {kept / size:.4%}"
    )


if __name__ == "__main__":
    main()
