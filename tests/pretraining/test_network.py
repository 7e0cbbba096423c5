"""The fast forward pass is the same arithmetic as transformers' own LFM2."""

import pytest

torch = pytest.importorskip("torch")

from transformers import AutoConfig, Lfm2ForCausalLM  # noqa: E402

from pretraining.dialogue import END, PAD, START  # noqa: E402
from pretraining.network import (  # noqa: E402
    LAYERS,
    answer_logits,
    hidden_states,
    make_config,
    make_network,
)

VOCABULARY = 300
CLOSE = {"atol": 1e-4, "rtol": 1e-4}


@pytest.fixture(scope="module")
def model():
    torch.set_num_threads(1)  # more only wait for each other in so small a model
    return make_network(make_config(VOCABULARY), seed=7).eval()


def random_ids(*shape, seed=0):
    return torch.randint(6, VOCABULARY, shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
@pytest.mark.parametrize("length", [1, 2, 3, 4, 65])
def test_logits_are_those_of_transformers(model, length):
    ids = random_ids(3, length, seed=length)
    where = torch.ones_like(ids, dtype=torch.bool)
    theirs = model(ids).logits
    torch.testing.assert_close(answer_logits(model, ids, where), theirs.flatten(0, 1), **CLOSE)
    torch.testing.assert_close(hidden_states(model, ids), model.model(ids)[0], **CLOSE)
    assert theirs.std() > 0.1, "logits that hardly differ prove nothing"


@torch.no_grad()
@pytest.mark.parametrize("layers", [("conv",), ("full_attention",), ("conv", "full_attention")])
def test_any_order_of_layers_agrees_with_transformers(layers):
    model = make_network(make_config(VOCABULARY, layers), seed=3).eval()
    ids = random_ids(2, 20)
    where = torch.ones_like(ids, dtype=torch.bool)
    theirs = model(ids, use_cache=False).logits.flatten(0, 1)
    torch.testing.assert_close(answer_logits(model, ids, where), theirs, **CLOSE)


def test_gradients_are_those_of_transformers(model):
    ids = random_ids(2, 12)
    where = torch.ones_like(ids, dtype=torch.bool)
    weights = list(model.parameters())
    ours = torch.autograd.grad(answer_logits(model, ids, where).square().mean(), weights)
    theirs = torch.autograd.grad(model(ids).logits.square().mean(), weights)
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their, **CLOSE)


@torch.no_grad()
def test_only_the_asked_positions_are_computed_in_order(model):
    ids = random_ids(2, 9)
    where = torch.zeros_like(ids, dtype=torch.bool)
    where[0, 3] = where[1, 0] = where[1, 8] = True
    theirs = model(ids).logits
    wanted = torch.stack([theirs[0, 3], theirs[1, 0], theirs[1, 8]])
    torch.testing.assert_close(answer_logits(model, ids, where), wanted, **CLOSE)


@torch.no_grad()
def test_nothing_that_follows_changes_a_state(model):
    ids = random_ids(1, 10)
    padded = torch.nn.functional.pad(ids, (0, 7), value=PAD)
    torch.testing.assert_close(hidden_states(model, padded)[:, :10], hidden_states(model, ids))


@torch.no_grad()
@pytest.mark.parametrize("seed", range(4))
def test_generation_with_a_cache_writes_the_same_tokens(model, seed):
    prompt = random_ids(1, 5 + 9 * seed, seed=seed)
    written = model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        do_sample=False,
        use_cache=True,
        max_new_tokens=24,
        eos_token_id=None,
        pad_token_id=PAD,
    )
    ids = prompt
    for _ in range(24):
        last = torch.zeros_like(ids, dtype=torch.bool)
        last[:, -1] = True
        ids = torch.cat((ids, answer_logits(model, ids, last).argmax(-1, keepdim=True)), dim=1)
    assert written.tolist() == ids.tolist()


@torch.no_grad()
def test_a_saved_network_comes_back(model, tmp_path):
    model.save_pretrained(tmp_path)
    config = AutoConfig.from_pretrained(tmp_path)
    kept = make_config(VOCABULARY).to_diff_dict()
    assert {name: config.to_dict()[name] for name in kept} == kept
    loaded = Lfm2ForCausalLM.from_pretrained(tmp_path).eval()
    for name, weight in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weight), name
    ids = random_ids(1, 20)
    assert torch.equal(loaded(ids).logits, model(ids).logits)


def test_the_shape_is_as_designed(model):
    assert (PAD, START, END) == (0, 1, 2)
    config = model.config
    assert (config.pad_token_id, config.bos_token_id, config.eos_token_id) == (PAD, START, END)
    assert tuple(config.layer_types) == LAYERS
    assert model.lm_head.weight is model.model.embed_tokens.weight
    assert model.model.layers[0].feed_forward.w1.weight.shape == (512, 256)


def test_the_seed_decides_the_weights():
    config = make_config(VOCABULARY, ("conv",))
    one, same, other = (make_network(config, seed) for seed in (1, 1, 2))
    assert torch.equal(one.model.embed_tokens.weight, same.model.embed_tokens.weight)
    assert not torch.equal(one.model.embed_tokens.weight, other.model.embed_tokens.weight)
