"""A study that grows while a model trains: the same bits with and without it, readable meanwhile, gone on with after a kill."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

import repscape as rs
from repscape.errors import InputError, InputTypeError, RepscapeWarning, StudyMismatchError, UnknownNameError
from repscape.study import StudySpec, add_to_study, read_study, run_study

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 6)).astype(np.float32)
Y = torch.from_numpy((X[:, 0] > 0).astype(np.int64))
KIND = np.where(X[:, 0] > 0, "up", "down")
PLAN = rs.Plan(measures=["id_pca", ("overlap_labels", {"k": 5})], labels="kind", profiles=("next", "steps"))


class Restless(torch.nn.Module):
    """A network with all that a careless reader would disturb: dropout, running means, parts in another mode, a lazy cache."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(6, 12)
        self.norm = torch.nn.BatchNorm1d(12)
        self.drop = torch.nn.Dropout(0.3)
        self.frozen = torch.nn.BatchNorm1d(12)
        self.last = torch.nn.Linear(12, 2)
        self.scale: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.scale is None:  # made at the first pass, where a gradient flows through it later
            self.scale = torch.ones(12) * 1.5
        return self.last(self.frozen(self.drop(self.norm(self.first(x)) * self.scale)))


def train(steps: int = 4, watch=lambda step, net, optimizer: None) -> torch.nn.Module:
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    net = Restless()
    net.train()
    net.frozen.eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    watch(0, net, optimizer)
    for step in range(1, steps + 1):
        rows = np.random.permutation(64)[:32]  # noqa: NPY002
        rows = rows[: random.randint(20, 32)]
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(X[rows])), Y[rows])
        loss.backward()
        watch(step, net, optimizer)  # while gradients are there
        optimizer.step()
        optimizer.zero_grad()
    return net


def recorder_of(net: torch.nn.Module, folder: Path, every: object = 2) -> rs.Recorder:
    return rs.Recorder(net, X, folder, every=every, plan=PLAN, columns={"kind": KIND}, layers="*", sync=False)


def test_training_comes_out_the_same_to_the_bit(tmp_path: Path) -> None:
    plain = train()
    calls: list[int] = []

    def watch(step, net, optimizer, held=[]):  # noqa: B006
        if not held:
            held.append(recorder_of(net, tmp_path / "study"))
            net.last.register_forward_hook(lambda *_: calls.append(1))
        gradients = [None if p.grad is None else p.grad.clone() for p in net.parameters()]
        modes = [part.training for part in net.modules()]
        assert held[0].step(step) is (step % 2 == 0)
        assert modes == [part.training for part in net.modules()]
        for parameter, before in zip(net.parameters(), gradients, strict=True):
            assert (parameter.grad is None) is (before is None)
            assert before is None or torch.equal(parameter.grad, before)

    watched = train(watch=watch)
    assert plain.state_dict().keys() == watched.state_dict().keys()
    for name, value in plain.state_dict().items():
        assert torch.equal(value, watched.state_dict()[name]), name
    assert len(calls) == 4  # the user's own hook saw the training and nothing else
    assert sorted({record.place.step for record in rs.open_study(tmp_path / "study").results}) == [0.0, 2.0, 4.0]


def test_the_states_are_those_of_a_checkpoint_saved_and_read_later(tmp_path: Path) -> None:
    saved: dict[int, dict[str, torch.Tensor]] = {}
    made: list[rs.Recorder] = []

    def watch(step, net, optimizer):
        if not made:
            made.append(recorder_of(net, tmp_path / "study"))
        if made[0].step(step):
            saved[step] = {name: value.clone() for name, value in net.state_dict().items()}

    train(watch=watch)
    later = []
    for step, state in saved.items():
        net = Restless()
        net.load_state_dict(state)
        later.append((step, rs.extract(net, X, to=tmp_path / f"later{step}", layers="*", sync=False)))
    for step, store in later:
        held = rs.open_study(tmp_path / "study").store[f"step{step}"]
        for key in store.layers:
            np.testing.assert_array_equal(np.asarray(held[key]), np.asarray(store[key]))
    results = rs.run(rs.Trajectory(later), PLAN, columns={"kind": KIND})
    assert [r.result.value for r in made[0].results] == [r.result.value for r in results]
    assert {r.profile for r in results} >= {"depth"}


def test_the_study_can_be_read_and_grown_while_it_trains(tmp_path: Path) -> None:
    seen: list[int] = []
    made: list[rs.Recorder] = []

    def watch(step, net, optimizer):
        if not made:
            made.append(recorder_of(net, tmp_path / "study", every=[0, 1, 4]))
        if made[0].step(step):
            study = rs.open_study(tmp_path / "study")
            seen.append(len({record.place.step for record in study.results}))
            assert study.problems() == ()
            assert set(study.store) == {f"step{s}" for s in (0, 1, 4) if s <= step}
            if step == 1:
                page = study.report(tmp_path / "page.html")
                assert "step" in page.read_text()
                study.run(rs.Plan(measures=["id_twonn"]))

    train(watch=watch)
    assert seen == [1, 2, 3]
    study = rs.open_study(tmp_path / "study")
    assert {r.info.name for r in study.results} == {"id_pca", "overlap_labels", "id_twonn"}
    assert {r.place.step for r in study.results if r.info.name == "id_twonn"} == {0.0, 1.0, 4.0}
    assert made[0].steps == (0, 1, 4)
    assert 0 < made[0].share <= 1
    assert "3 steps" in repr(made[0])
    spec = read_study(tmp_path / "study")  # the command line goes on with it, and needs no model
    assert isinstance(spec, StudySpec)
    assert len(run_study(spec, tmp_path / "study")) == len(study.results)
    assert len(add_to_study(tmp_path / "study", plan={"measures": [{"name": "health_hubness", "k": 5}]})) > len(
        study.results
    )


def test_a_training_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: list[rs.Recorder] = []

    def record(step, net, optimizer):
        if not whole:
            whole.append(recorder_of(net, tmp_path / "whole"))
        whole[0].step(step)

    train(watch=record)
    made: list[rs.Recorder] = []

    def until(last: int):
        def watch(step, net, optimizer):
            if not made:
                made.append(recorder_of(net, tmp_path / "study"))
            if step == last:
                monkeypatch.setattr("repscape.store._write.put_group", stop)
            made[0].step(step)

        return watch

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(watch=until(2))
    monkeypatch.undo()
    made.clear()
    assert {r.place.step for r in rs.open_study(tmp_path / "study").results} == {0.0}
    train(watch=until(99))  # from the beginning, as no checkpoint was kept: what is there is not read again
    assert made[0].steps == (0, 2, 4)
    assert [r.result.value for r in made[0].results] == [r.result.value for r in whole[0].results]


def test_another_training_in_the_same_folder_is_told(tmp_path: Path) -> None:
    recorder_of(Restless(), tmp_path / "study").step(0)
    with pytest.warns(RepscapeWarning, match="step 0 of .* is kept from an earlier run, whose weights were others"):
        assert not recorder_of(Restless(), tmp_path / "study").step(0)
    with pytest.raises(StudyMismatchError, match="holds a study of other examples"):
        rs.Recorder(Restless(), X[:50], tmp_path / "study", every=2, layers="*")
    with pytest.raises(StudyMismatchError, match=r"other options: layers is '\*' there and 'first' here"):
        rs.Recorder(Restless(), X, tmp_path / "study", every=2, layers="first")


def test_what_goes_wrong_later_stops_no_training(tmp_path: Path) -> None:
    net = Restless()
    recorder = recorder_of(net, tmp_path / "study", every=1)
    assert recorder.step(0)
    with torch.no_grad():
        net.first.weight.fill_(torch.nan)
    with pytest.warns(RepscapeWarning, match="step 1 was not recorded, and training goes on: .*finite"):
        assert not recorder.step(1)
    broken = recorder_of(net, tmp_path / "other", every=1)
    with pytest.raises(InputError, match="finite"):  # the first shows what is wrong with the recorder itself
        broken.step(0)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"every": 0}, InputError, "every of Recorder must be an int of at least 1"),
        ({"every": "100"}, InputTypeError, "every of Recorder must be an int of at least 1, or steps. Got '100'"),
        ({"plan": ["id_pca"]}, InputTypeError, "plan of Recorder must be a Plan"),
        ({"model": X}, InputTypeError, "model of Recorder must be a torch.nn.Module. Got ndarray"),
        ({"resume": False}, UnknownNameError, "Recorder has no option 'resume'"),
    ],
)
def test_what_cannot_be_recorded(change: dict[str, object], kind: type[Exception], said: str, tmp_path: Path) -> None:
    given = {"model": Restless(), "every": 1, **change}
    with pytest.raises(kind, match=said):
        rs.Recorder(given.pop("model"), X, tmp_path / "study", **given)


def test_wrapped_networks_and_their_own_hooks(tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.utils.spectral_norm(torch.nn.Linear(6, 4)), torch.nn.Tanh())
    recorder = rs.Recorder(
        torch.nn.DataParallel(net), X, tmp_path / "study", every=1, plan=rs.Plan(measures=["id_pca"]), layers="*"
    )
    assert recorder.step(0)
    net.eval()
    held = rs.open_study(tmp_path / "study").store["step0"]
    np.testing.assert_allclose(held["1"], net(torch.from_numpy(X)).detach().numpy(), rtol=1e-6)


def test_the_trainer_of_transformers(tmp_path: Path) -> None:
    from transformers import Trainer, TrainingArguments

    from tests.extraction.tiny_models import WORDS, save_tiny

    def trained(callbacks) -> dict[str, torch.Tensor]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        torch.manual_seed(0)
        model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model", num_labels=2)
        tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
        data = [{**tokenizer(text), "labels": place % 2} for place, text in enumerate(TEXTS)]
        arguments = TrainingArguments(
            output_dir=str(tmp_path / "out"), max_steps=2, per_device_train_batch_size=4, report_to=[], save_strategy="no",
            logging_strategy="no", use_cpu=True, disable_tqdm=True, seed=3,
        )  # fmt: skip
        trainer = Trainer(
            model, arguments, train_dataset=data, processing_class=tokenizer, callbacks=callbacks(model, tokenizer)
        )
        trainer.train()
        return {name: value.clone() for name, value in model.state_dict().items()}

    save_tiny("BERT", tmp_path / "model")
    TEXTS = [" ".join(RNG.choice(WORDS, 4)) for _ in range(24)]
    plan = rs.Plan(measures=["id_pca"])
    plain = trained(lambda model, tokenizer: [])
    watched = trained(
        lambda model, tokenizer: [
            rs.Recorder(
                model, TEXTS, tmp_path / "study", every=2, plan=plan, preprocess=tokenizer, sync=False
            ).trainer_callback()
        ]
    )
    assert all(torch.equal(value, watched[name]) for name, value in plain.items())
    results = rs.open_study(tmp_path / "study").results
    assert sorted({record.place.step for record in results}) == [0.0, 2.0]
    assert "bert.encoder.layer.1" in {record.place.layer.name for record in results}
