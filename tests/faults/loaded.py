"""What every process of the fuzzer needs, loaded once."""

import torch
import transformers

from tests.faults import inputs, written

torch.set_num_threads(1)
__all__ = ["inputs", "transformers", "written"]
