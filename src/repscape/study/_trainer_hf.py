"""A recorder as a callback of the Trainer of transformers."""

from __future__ import annotations

from typing import Any, Protocol

from transformers import TrainerCallback


class Records(Protocol):
    """What records: a recorder."""

    def step(self, step: int) -> bool:
        """Record where the time has come."""
        ...

    def record(self, step: int) -> bool:
        """Record whatever the step."""
        ...

    def finish(self) -> Any:
        """Measure what is left."""
        ...


class RecorderCallback(TrainerCallback):
    """Records at the beginning of training, where its steps say, and at the end; in the main process alone."""

    def __init__(self, recorder: Records) -> None:
        self.recorder = recorder

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Record the model before its first step, or where it goes on."""
        if state.is_world_process_zero:
            self.recorder.step(int(state.global_step))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Record the model where its time has come."""
        if state.is_world_process_zero:
            self.recorder.step(int(state.global_step))

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Record what training ended with, and measure what is left."""
        if state.is_world_process_zero:
            self.recorder.record(int(state.global_step))
            self.recorder.finish()
