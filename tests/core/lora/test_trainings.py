"""Real trainings of a tiny base: they queue, stop, die, go on, finish, and fail without litter."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

for package in ("torch", "peft", "trl"):
    pytest.importorskip(package)

from core.adapter import Adapter  # noqa: E402
from core.errors import UsageError  # noqa: E402
from core.lora.job import Job, write_status  # noqa: E402
from core.lora.trainings import Trainings  # noqa: E402
from core.training import TrainSettings  # noqa: E402
from tests.core.lora.training_parts import (  # noqa: E402
    add_base,
    box_set,
    open_trainings,
    scale_output,
    until_state,
    until_step,
)

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),  # PEFT's own
]
SETTINGS = TrainSettings(epochs=15, replay=0.5)
WILD = TrainSettings(epochs=3, alpha=1024, learning_rate=0.1, replay=0)


@dataclass
class Story:
    """What was seen while one training was closed, stopped, killed and finished in turn."""

    home: Path
    trainings: Trainings
    job: Job
    states: dict[str, str] = field(default_factory=dict)
    """State at each turn of the story."""
    checkpoints: list[int] = field(default_factory=list)
    """Steps of the check-points after the stop."""
    stopped_at: int = 0
    went_on_from: int = -1
    """Smallest step that the resumed training showed."""
    killed_at: int = 0
    listed_when_killed: tuple[str, ...] = ()
    changed: dict = field(default_factory=dict)
    """Status of the training whose base was changed."""
    wild: dict = field(default_factory=dict)
    """Status of the training with an absurd learning rate."""
    same_name: str = ""
    """Kind of the refusal while a training of this name runs."""
    pids: tuple[int, int] = (0, 0)
    """Of a queued training, before and after it was asked to resume."""

    @property
    def adapter(self) -> Adapter:
        adapter = self.trainings._library.get("first")
        assert adapter, self.job.status()
        return adapter


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("story")
    for name in ("tiny", "changed", "wild"):
        add_base(home, name)
    scale_output(home / "bases" / "wild", 3e37)

    trainings = open_trainings(home)
    leaking = [box_set().train[0].example]
    plan = trainings.plan(box_set(), "tiny", SETTINGS, tested_elsewhere=leaking)
    job = trainings.start(plan, "first", override=True, own_usd_per_hour=3600.0)
    story = Story(home=home, trainings=trainings, job=job)
    _closed_while_scoring(story)
    story.trainings = trainings = open_trainings(home)
    _stopped(story)
    _queued_and_killed(story)
    _finished(story)
    yield story
    story.trainings.close()


def _closed_while_scoring(story: Story) -> None:
    """Ctrl-C in a terminal: every process gets the signal, and the Lab is closed."""
    until_state(story.job, "scoring_before")
    os.kill(story.job.status()["pid"], signal.SIGINT)
    story.trainings.close()
    story.states["closed"] = story.job.status()["state"]


def _stopped(story: Story) -> None:
    story.trainings.resume(story.job)
    until_step(story.job, 3)
    story.trainings.stop(story.job)
    story.trainings.wait(story.job, 60)
    story.states["stopped"] = story.job.status()["state"]
    folders = story.job.folder.glob("checkpoint-*")
    story.checkpoints = sorted(int(f.name.rsplit("-")[-1]) for f in folders)
    story.stopped_at = story.job.losses()[-1][0]


def _queued_and_killed(story: Story) -> None:
    trainings, job = story.trainings, story.job
    trainings.resume(job)
    until_state(job, "training")
    story.went_on_from = job.status()["step"]
    plan = trainings.plan(box_set(), "changed", SETTINGS)
    second, third = trainings.start(plan, "second"), trainings.start(plan, "third")
    before = third.status()["pid"]
    trainings.resume(third)
    story.pids = before, third.status()["pid"]
    with pytest.raises(UsageError) as caught:
        trainings.start(trainings.plan(box_set(), "tiny", SETTINGS), "first")
    story.same_name = caught.value.kind
    scale_output(story.home / "bases" / "changed", 2.0)
    trainings.stop(third)
    until_step(job, story.stopped_at + 3)
    story.states["second waits"] = second.status()["state"]
    os.kill(job.status()["pid"], signal.SIGKILL)
    trainings.wait(job, 60)
    story.killed_at = job.losses()[-1][0]
    story.states["killed"] = job.status()["state"]
    story.listed_when_killed = tuple(p.name for p in (story.home / "adapters").glob("*"))
    story.states["third"] = third.status()["state"]
    trainings.wait(second, 60)
    story.changed = second.status()


def _finished(story: Story) -> None:
    trainings = story.trainings
    trainings.resume(story.job)
    wild = trainings.start(trainings.plan(box_set(), "wild", WILD), "wild")
    trainings.wait(story.job, 120)
    story.states["finished"] = story.job.status()["state"]
    trainings.wait(wild, 60)
    story.wild = wild.status()


def test_closing_stops_a_training_even_when_ctrl_c_reached_its_process(story):
    assert story.states["closed"] == "stopped"


def test_a_training_stopped_while_it_was_scored_is_scored_whole_when_it_goes_on(story):
    assert story.states["finished"] == "done", story.job.status()
    assert set(story.adapter.before.basics) == set(story.adapter.after.basics) != set()
    assert story.adapter.before.count == len(box_set().test)


def test_stop_saves_a_checkpoint_where_it_stopped(story):
    assert story.states["stopped"] == "stopped"
    assert story.checkpoints[-1] == story.stopped_at > 3


def test_a_resumed_training_goes_on_from_its_checkpoint(story):
    assert story.went_on_from >= story.stopped_at


def test_only_one_training_runs_at_a_time(story):
    assert story.states["second waits"] == "queued"


def test_a_training_can_be_stopped_while_it_waits_its_turn(story):
    assert story.states["third"] == "stopped"


def test_a_training_that_is_under_way_is_not_started_twice(story):
    assert story.pids[0] == story.pids[1]


def test_the_name_of_a_training_under_way_is_taken(story):
    assert story.same_name == "bad_adapter"


def test_a_killed_training_is_interrupted_and_leaves_no_adapter(story):
    assert story.killed_at > story.stopped_at
    assert story.states["killed"] == "interrupted"
    assert story.listed_when_killed == ()


def test_a_killed_training_goes_on_and_finishes_with_every_step_once(story):
    assert story.states["finished"] == "done", story.job.status()
    steps = story.job.status()["steps"]
    assert [step for step, _ in story.adapter.losses] == list(range(1, steps + 1))
    assert all(loss > 0 for _, loss in story.adapter.losses)


def test_all_that_was_trained_on_and_scored_is_written_down(story):
    adapter = story.adapter
    assert adapter.overridden == ("leak",)
    assert adapter.example_set == "boxes v1"
    assert adapter.example_set_hash == box_set().hash
    assert adapter.train_count + adapter.test_count == 20
    assert adapter.settings == SETTINGS.to_json()
    assert adapter.cost_usd == pytest.approx(adapter.duration_s, abs=0.1)


def test_a_base_that_changed_since_is_not_trained_on(story):
    status = story.changed
    assert (status["state"], status["reason"]) == ("failed", "bad_training"), status
    assert "changed" in status["message"]


def test_a_loss_that_is_no_number_ends_the_training_and_leaves_nothing(story):
    assert (story.wild["state"], story.wild.get("reason")) == ("failed", "nan"), story.wild
    assert [p.name for p in (story.home / "adapters").glob("*")] == ["first"]


def test_the_name_of_a_finished_adapter_is_taken(story):
    plan = story.trainings.plan(box_set(), "tiny", SETTINGS)
    with pytest.raises(UsageError) as caught:
        story.trainings.start(plan, "first")
    assert caught.value.kind == "bad_adapter"


def test_a_training_whose_name_was_taken_meanwhile_does_not_go_on(story):
    (third,) = [job for job in story.trainings.jobs() if job.name == "third"]
    taken = shutil.copytree(story.home / "adapters" / "first", story.home / "adapters" / "third")
    try:
        with pytest.raises(UsageError) as caught:
            story.trainings.resume(third)
        assert caught.value.kind == "bad_adapter"
    finally:
        story.trainings.stop(third)
        story.trainings.wait(third, 60)
        shutil.rmtree(taken)


def test_a_finished_training_stays_finished_when_it_is_resumed(story):
    story.trainings.resume(story.job)
    story.trainings.wait(story.job, 60)
    assert story.job.status()["state"] == "done"


def test_every_training_is_kept_until_it_is_discarded_and_its_adapter_longer(story):
    kept = [job.name for job in open_trainings(story.home).jobs()]
    assert sorted(kept) == ["first", "second", "third", "wild"]
    story.trainings.discard(story.job)
    assert story.trainings.job(story.job.id) is None
    assert story.adapter.name == "first"


def test_a_process_number_that_now_belongs_to_another_program_is_not_the_training(story):
    (third,) = [job for job in story.trainings.jobs() if job.name == "third"]
    before = third.status()
    write_status(third.folder, state="training", pid=os.getpid())
    assert third.status()["state"] == "interrupted"
    write_status(third.folder, **before)


def test_a_broken_description_does_not_hide_the_other_trainings(story):
    broken = story.home / "training" / "20200101-000000-aaaaaa"
    broken.mkdir()
    (broken / "job.json").write_text(json.dumps({"name": "half"})[:-3])
    assert len(story.trainings.jobs()) >= 3
    assert broken.name not in [job.id for job in story.trainings.jobs()]
    shutil.rmtree(broken)
