"""What every process of the fuzzer needs, loaded once."""

import torch
import transformers

from tests.faults import arrays, models, tables, written

torch.set_num_threads(1)
__all__ = ["arrays", "models", "tables", "transformers", "written"]
