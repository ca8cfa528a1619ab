"""Reading many places in one forward pass."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from repscape.errors import InputError, InputTypeError
from repscape.extraction._hooks import read_taps
from repscape.extraction._sites import select_taps


class Odd(nn.Module):
    """Hands out what it is told to, and may leave a part unused or use it twice."""

    def __init__(self, wrap: object, times: int = 1) -> None:
        super().__init__()
        self.part, self.after, self.wrap, self.times = nn.Linear(2, 2), Wrap(wrap), wrap, times
        self.calls = 0

    def forward(self, x: torch.Tensor) -> object:
        self.calls += 1
        for _ in range(self.times):
            x = self.part(x)
        return self.after(x)


class Wrap(nn.Module):
    def __init__(self, wrap: object) -> None:
        super().__init__()
        self.wrap = wrap

    def forward(self, x: torch.Tensor) -> object:
        return self.wrap(x)


def read(model: nn.Module, layers: str, x: torch.Tensor) -> dict[str, torch.Tensor]:
    taps = select_taps(model, layers=layers)
    states = read_taps(model, taps, call=lambda: model(x), reduce=lambda state, _: state.detach().clone())
    return {layer.name: state for layer, state in states.items()}


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x, None), lambda x: [x], lambda x: {"hidden": x, "other": 1}])
def test_tensors_tuples_lists_and_dicts(wrap: object) -> None:
    model, x = Odd(wrap), torch.ones(3, 2)
    states = read(model, "*", x)
    assert torch.equal(states["after"], model.part(x).detach())
    assert list(states) == ["part", "after"]


def test_one_forward_pass_and_no_hook_left_behind() -> None:
    model = Odd(lambda x: x)
    read(model, "*", torch.ones(1, 2))
    assert model.calls == 1
    assert not model.part._forward_hooks
    assert not model.part._forward_pre_hooks


def test_what_is_changed_in_place_later_is_kept_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True))
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(read(model, "*", x)["0"], model[0](x))


def test_a_module_that_does_not_run_is_named() -> None:
    with pytest.raises(InputError, match=r"module 'part' did not run .*Ask for those that do"):
        read(Odd(lambda x: x, times=0), "*", torch.ones(1, 2))


def test_a_module_that_runs_twice_is_refused() -> None:
    model = Odd(lambda x: x, times=2)
    with pytest.raises(InputError, match="module 'part' ran more than once"):
        read(model, "*", torch.ones(1, 2))
    assert not model.part._forward_hooks


def test_a_module_without_a_tensor_is_named() -> None:
    with pytest.raises(InputTypeError, match=r"output of module 'after' must be a tensor.*Got str"):
        read(Odd(lambda x: "text"), "*", torch.ones(1, 2))
