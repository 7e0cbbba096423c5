"""The adapters on this machine: complete ones only, and laid only over what they were trained on."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from core.adapter import AdapterUse
from core.errors import ModelError, UsageError

pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from core.lora.library import (
    BASE_HASH_SUFFIX,
    DESCRIPTION,
    GGUF,
    WEIGHTS,
    AdapterLibrary,
    weights_hash,
)
from tests.core.adapters import (
    ADAPTER,
    TINY_BASE,
    described,
    note_base,
    use,
    write_adapter,
)

FORMAL = replace(ADAPTER, name="formal")
FOREIGN = replace(ADAPTER, name="foreign", base="local/other", base_hash="f" * 12)


@pytest.fixture
def own(tmp_path):
    return tmp_path / "own"


@pytest.fixture
def shipped(tmp_path):
    return tmp_path / "shipped"


@pytest.fixture
def library(own, shipped):
    return AdapterLibrary(own, shipped)


@pytest.fixture
def model(tmp_path):
    """A model file that was made of TINY_BASE."""
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    note_base(file, TINY_BASE)
    return file


def names(library: AdapterLibrary) -> list[str]:
    return [adapter.name for adapter in library.all()]


def refusal(library: AdapterLibrary, *uses: AdapterUse, model="local/tiny", file=None):
    with pytest.raises(ModelError) as caught:
        library.check(uses, model, file)
    return caught.value


# ---- what appears -------------------------------------------------------------------------------


def test_without_any_folder_there_are_no_adapters(library, model):
    assert library.all() == []
    assert library.get("formal") is None
    assert library.fitting(model) == {}


def test_a_new_adapter_appears_at_once_and_a_deleted_one_is_gone(library, own):
    assert names(library) == []
    written = write_adapter(own, FORMAL, seed=1)
    assert library.all() == [written]
    library.remove("formal")
    assert library.all() == []
    assert not (own / "formal").exists()


def test_an_adapter_trained_anew_is_read_anew(library, own):
    first = write_adapter(own, FORMAL, seed=1)
    assert library.get("formal") == first
    second = write_adapter(own, FORMAL, seed=2)
    assert second.hash != first.hash
    assert library.get("formal") == second


def test_the_newest_comes_first(library, own):
    for name, day in (("a", 20), ("b", 22), ("c", 21)):
        moment = f"2026-11-{day}T00:00:00+00:00"
        write_adapter(own, replace(ADAPTER, name=name, created_at=moment), seed=1, gguf=False)
    assert names(library) == ["b", "c", "a"]


def test_a_renamed_folder_is_an_adapter_of_its_new_name(library, own):
    write_adapter(own, FORMAL, seed=1)
    (own / "formal").rename(own / "polite")
    assert names(library) == ["polite"]


def test_a_half_written_adapter_is_not_seen_until_it_is_renamed(library, own):
    write_adapter(own, FORMAL, seed=1)
    (own / "formal").rename(own / ".formal.new")
    assert library.all() == []
    (own / ".formal.new").rename(own / "formal")
    assert names(library) == ["formal"]


def test_a_description_without_weights_is_no_adapter_until_they_are_there(library, own):
    described(own / "formal", FORMAL)
    assert library.all() == []
    (own / "formal" / WEIGHTS).write_bytes(b"")
    assert names(library) == ["formal"]


def test_an_adapter_that_loses_its_weights_is_gone(library, own):
    write_adapter(own, FORMAL, seed=1)
    assert names(library) == ["formal"]
    (own / "formal" / WEIGHTS).unlink()
    assert library.all() == []


def test_weights_without_a_description_are_no_adapter(library, own):
    write_adapter(own, FORMAL, seed=1)
    (own / "formal" / DESCRIPTION).unlink()
    assert library.all() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"[]",
        b"null",
        b'"formal"',
        b"\xff\xfe",
        b'{"name": "x", "losses": [[1]]}',
        json.dumps(ADAPTER.to_json())[:-40].encode(),
    ],
)
def test_a_broken_description_hides_its_own_adapter_only(library, own, content):
    write_adapter(own, FORMAL, seed=1)
    write_adapter(own, replace(ADAPTER, name="broken"), seed=2, gguf=False)
    (own / "broken" / DESCRIPTION).write_bytes(content)
    assert names(library) == ["formal"]


@pytest.mark.parametrize("changes", [{"created_at": None}, {"hash": None}, {"hash": 12}])
def test_a_description_of_wrong_types_does_not_take_the_others_with_it(
    library, own, model, changes
):
    write_adapter(own, FORMAL, seed=1)
    write_adapter(own, replace(ADAPTER, name="broken"), seed=2)
    content = json.dumps({**ADAPTER.to_json(), **changes})
    (own / "broken" / DESCRIPTION).write_text(content, "utf-8")
    assert "formal" in names(library)
    assert library.get("formal").hash in library.fitting(model)


def test_files_beside_the_folders_do_no_harm(library, own):
    write_adapter(own, FORMAL, seed=1)
    (own / "notes.txt").write_text("mine")
    assert names(library) == ["formal"]


# ---- own and shipped ----------------------------------------------------------------------------


def test_own_adapters_come_before_shipped_ones(library, own, shipped):
    newer = replace(ADAPTER, name="shipped-one", created_at="2027-01-01T00:00:00+00:00")
    write_adapter(shipped, newer, seed=1)
    write_adapter(own, FORMAL, seed=2)
    assert names(library) == ["formal", "shipped-one"]
    assert [library.is_shipped(name) for name in names(library)] == [False, True]


def test_an_own_adapter_hides_the_shipped_one_of_its_name(library, own, shipped, model):
    theirs = write_adapter(shipped, FORMAL, seed=1)
    assert library.folder("formal") == shipped / "formal"
    ours = write_adapter(own, FORMAL, seed=2)
    assert library.all() == [ours]
    assert library.folder("formal") == own / "formal"
    assert list(library.fitting(model)) == [ours.hash]
    library.remove("formal")
    assert library.all() == [theirs]


def test_a_broken_own_adapter_does_not_lend_its_files_to_the_shipped_one(
    library, own, shipped, model
):
    theirs = write_adapter(shipped, FORMAL, seed=1)
    described(own / "formal", FORMAL)  # without weights
    assert library.all() == [theirs]
    assert library.fitting(model) == {theirs.hash: shipped / "formal" / GGUF}


@pytest.mark.parametrize("name", ["formal", "nobody", "", "..", "../shipped/formal"])
def test_only_own_adapters_can_be_deleted(library, own, shipped, name):
    write_adapter(shipped, FORMAL, seed=1)
    own.mkdir()
    with pytest.raises(UsageError) as caught:
        library.remove(name)
    assert caught.value.kind == "bad_adapter"
    assert (shipped / "formal" / WEIGHTS).is_file()
    assert own.is_dir()


def test_a_shipped_adapter_has_its_files_and_its_hash(library, shipped):
    written = write_adapter(shipped, FORMAL, seed=1)
    assert library.resolved([AdapterUse(name="formal")]) == (use(written),)
    assert weights_hash(library.folder("formal")) == written.hash


def test_the_archive_holds_the_whole_folder_under_its_name(library, own):
    write_adapter(own, FORMAL, seed=1)
    with zipfile.ZipFile(io.BytesIO(library.archive("formal"))) as bundle:
        assert set(bundle.namelist()) == {
            f"formal/{name}" for name in (DESCRIPTION, WEIGHTS, GGUF, "adapter_config.json")
        }
        assert bundle.testzip() is None


# ---- names and hashes ---------------------------------------------------------------------------


def test_a_name_is_resolved_to_what_has_it_now(library, own):
    written = write_adapter(own, FORMAL, seed=1)
    pinned = AdapterUse(name="formal", hash="0" * 12, scale=0.5)
    unknown = AdapterUse(name="nobody")
    uses = [AdapterUse(name="formal", scale=0.5), pinned, unknown]
    assert library.resolved(uses) == (use(written, 0.5), pinned, unknown)


def test_the_hash_is_of_the_weights_alone(library, own):
    first = write_adapter(own, FORMAL, seed=1)
    second = write_adapter(own, replace(ADAPTER, name="second", rank=16), seed=1)
    assert first.hash == second.hash
    assert len(first.hash) == 12
    int(first.hash, 16)


# ---- what can be laid over what -----------------------------------------------------------------


def test_only_adapters_of_the_same_base_with_a_gguf_file_fit(library, own, model):
    formal = write_adapter(own, FORMAL, seed=1)
    write_adapter(own, FOREIGN, seed=2)
    write_adapter(own, replace(ADAPTER, name="folder-only"), seed=3, gguf=False)
    assert library.fitting(model) == {formal.hash: own / "formal" / GGUF}


def test_nothing_fits_a_model_whose_base_nobody_knows(library, own, model):
    write_adapter(own, FORMAL, seed=1)
    model.with_name(model.name + BASE_HASH_SUFFIX).unlink()
    assert library.fitting(model) == {}
    error = refusal(library, AdapterUse(name="formal"), file=model)
    assert (error.kind, error.details["reason"]) == ("wrong_adapter", "other_base")


def test_fitting_adapters_keep_their_order_whoever_was_trained_last(library, own, model):
    for seed in range(4):
        write_adapter(own, replace(ADAPTER, name=f"a{seed}"), seed=seed)
        assert list(library.fitting(model)) == sorted(library.fitting(model))


def test_what_fits_is_not_refused(library, own, model):
    formal = write_adapter(own, FORMAL, seed=1)
    second = write_adapter(own, replace(ADAPTER, name="second"), seed=2)
    library.check([use(formal), use(second, 0.0)], "local/tiny", model)
    library.check([AdapterUse(name="formal")], "local/tiny", model)
    library.check([], "openai/gpt-5", None)


def test_an_adapter_that_is_not_here_is_unknown(library, own, model):
    formal = write_adapter(own, FORMAL, seed=1)
    error = refusal(library, use(formal), AdapterUse(name="nobody"), file=model)
    assert error.kind == "unknown_adapter"
    assert error.details == {"adapter": "nobody", "model": "local/tiny"}


def test_an_adapter_of_another_base_says_which(library, own, model):
    foreign = write_adapter(own, FOREIGN, seed=1)
    error = refusal(library, use(foreign), file=model)
    assert error.kind == "wrong_adapter"
    assert error.details == {
        "adapter": "foreign",
        "model": "local/tiny",
        "base": "local/other",
        "reason": "other_base",
    }


def test_an_adapter_trained_anew_since_is_not_answered_with_silently(library, own, model):
    old = write_adapter(own, FORMAL, seed=1)
    write_adapter(own, FORMAL, seed=2)
    error = refusal(library, use(old), file=model)
    assert (error.kind, error.details["reason"]) == ("wrong_adapter", "changed")


def test_a_model_that_others_run_takes_no_adapter(library, own):
    formal = write_adapter(own, FORMAL, seed=1)
    error = refusal(library, use(formal), model="openai/gpt-5", file=None)
    assert (error.kind, error.details["reason"]) == ("wrong_adapter", "not_local")
    assert error.details["model"] == "openai/gpt-5"


def test_an_adapter_without_a_gguf_form_says_so(library, own, model):
    paper = write_adapter(own, FORMAL, seed=1, gguf=False)
    error = refusal(library, use(paper), file=model)
    assert (error.kind, error.details["reason"]) == ("wrong_adapter", "not_convertible")
