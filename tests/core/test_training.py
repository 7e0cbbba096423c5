"""Training settings: presets, what is refused, and the estimate before."""

import json
from dataclasses import replace

import pytest

from core.errors import UsageError
from core.training import (
    DIALS,
    FLOPS_PER_S,
    LIMITS,
    SMALL,
    BaseInfo,
    TrainSettings,
    check_settings,
    estimate,
    preset,
    settings_from_json,
)

BASE = BaseInfo(
    model="local/narani",
    name="narani",
    architecture="Lfm2ForCausalLM",
    parameters=5_000_000,
    hidden=256,
    layers=6,
    vocabulary=4000,
    matrices=((256, 256), (768, 256), (256, 768), (128, 256)),
)
SIZES = (1_000_000, SMALL, 100 * SMALL)


PLAIN = TrainSettings()


def estimated(settings=PLAIN, lengths=(50,) * 80, free_bytes=None):
    return estimate(BASE, settings, lengths, flops_per_s=FLOPS_PER_S, free_bytes=free_bytes)


@pytest.mark.parametrize("parameters", SIZES)
def test_balanced_is_the_lora_of_the_founding_documents(parameters):
    settings = preset("balanced", parameters)
    assert (settings.rank, settings.alpha, settings.dropout) == (8, 32, 0.1)


def test_nothing_said_is_that_lora_too():
    settings = settings_from_json({})
    assert (settings.rank, settings.alpha, settings.dropout) == (8, 32, 0.1)


@pytest.mark.parametrize("dial", DIALS)
@pytest.mark.parametrize("parameters", SIZES)
def test_every_preset_can_be_trained(dial, parameters):
    check_settings(preset(dial, parameters))


@pytest.mark.parametrize("parameters", SIZES)
def test_better_takes_longer_than_balanced_and_that_longer_than_faster(parameters):
    seconds = [estimated(preset(dial, parameters)).seconds for dial in DIALS]
    assert seconds == sorted(set(seconds))


def test_settings_survive_their_json_form():
    settings = replace(preset("better", 1), quantisation="nf4", seed=7)
    assert settings_from_json(json.loads(json.dumps(settings.to_json()))) == settings


@pytest.mark.parametrize(
    ("content", "setting", "reason"),
    [
        ({"rank": 0}, "rank", "0 is not from 1 to 256"),
        ({"rank": 4096}, "rank", "4096 is not from 1 to 256"),
        ({"rank": -8}, "rank", "from 1 to 256"),
        ({"rank": 8.0}, "rank", "whole number"),
        ({"rank": True}, "rank", "whole number"),
        ({"rank": "8"}, "rank", "whole number"),
        ({"rank": None}, "rank", "whole number"),
        ({"rank": 10**400}, "rank", "from 1 to 256"),
        ({"dropout": True}, "dropout", "number"),
        ({"dropout": float("nan")}, "dropout", "from 0 to 0.9"),
        ({"dropout": 1.0}, "dropout", "from 0 to 0.9"),
        ({"learning_rate": float("inf")}, "learning_rate", "from 1e-06 to 0.1"),
        ({"learning_rate": 0}, "learning_rate", "from 1e-06 to 0.1"),
        ({"epochs": 0}, "epochs", "from 1 to 200"),
        ({"seed": -1}, "seed", "from 0"),
        ({"quantisation": "int8"}, "quantisation", "none or nf4"),
        ({"quantisation": None}, "quantisation", "none or nf4"),
        ({"quantisation": []}, "quantisation", "none or nf4"),
        ({"ranks": 8}, "ranks", "known are"),
        ({"": 8}, "", "known are"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(content, setting, reason):
    with pytest.raises(UsageError) as caught:
        settings_from_json(content)
    assert (caught.value.kind, caught.value.details["setting"]) == ("bad_training", setting)
    assert reason in caught.value.details["reason"]


@pytest.mark.parametrize("name", LIMITS)
def test_both_limits_themselves_can_be_set(name):
    for value in LIMITS[name]:
        settings_from_json({name: value})


def test_a_whole_number_may_stand_for_any_number():
    assert settings_from_json({"weight_decay": 1, "dropout": 0}).weight_decay == 1


@pytest.mark.parametrize("rank", [1, 8, 256])
def test_lora_trains_rank_times_both_sides_of_every_matrix(rank):
    sides = (256 + 256) + (256 + 768) + (768 + 256) + (256 + 128)
    assert BASE.trainable(rank) == rank * sides
    found = estimated(TrainSettings(rank=rank))
    assert found.trainable == rank * sides
    assert found.share == pytest.approx(rank * sides / 5_000_000)


def test_steps_and_tokens_count_the_replayed_examples_and_the_cut_ones():
    settings = TrainSettings(epochs=3, batch_size=8, replay=0.5, max_length=40)
    found = estimated(settings, lengths=[20] * 10 + [1000] * 10)
    assert found.steps == 4 * 3  # 20 examples and 10 replayed ones, 8 at a time
    assert found.tokens == 30 * 30 * 3
    assert found.cut == 10


def test_it_fits_only_when_more_is_free_than_needed():
    needed = estimated().memory_bytes
    assert needed > BASE.parameters * 4
    assert estimated(free_bytes=needed + 1).fits
    assert not estimated(free_bytes=needed).fits
    assert estimated(free_bytes=None).fits  # nobody knows


@pytest.mark.parametrize(
    "bigger", [{"rank": 64}, {"batch_size": 16}, {"max_length": 2048}, {"quantisation": "none"}]
)
def test_what_needs_more_memory_is_estimated_higher(bigger):
    smaller = TrainSettings(quantisation="nf4", max_length=64)
    lengths = [1000] * 8
    more = estimated(replace(smaller, **bigger), lengths)
    assert more.memory_bytes > estimated(smaller, lengths).memory_bytes


def test_no_examples_are_estimated_without_a_crash():
    found = estimated(lengths=())
    assert (found.steps, found.tokens) == (0, 0)
