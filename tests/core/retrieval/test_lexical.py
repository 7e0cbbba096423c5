"""Passages are found by their rarest terms, whoever else reads and writes."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StoreError, UsageError
from core.retrieval.lexical import Entry, LexicalIndex
from core.retrieval.one_writer import one_writer
from core.retrieval.terms import terms

ROOT = Path(__file__).parents[3]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return LexicalIndex(tmp_path / "index")


def entry(id: str, text: str, document_id: str = "d") -> Entry:
    return Entry(id=id, document_id=document_id, text=text)


def fill(index: LexicalIndex, **texts: str) -> None:
    index.add(entry(id, text) for id, text in texts.items())


def found(index: LexicalIndex, query: str, count: int = 10) -> list[str]:
    return [id for id, _ in index.search(query, count)]


OTHERS = {
    "other1": "강아지 산책은 하루에 두 번이 좋다.",
    "other2": "The printer stands on the third floor.",
    "other3": "서버 점검은 매주 일요일 새벽에 한다.",
}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("고양이를", "우리 집 고양이는 창가에서 잔다."),
        ("데이터베이스", "데이터베이스설계를 처음부터 배운다."),
        ("데이터베이스설계", "데이터베이스를 정규화한다."),
        ("휴가신청", "휴가 신청은 그룹웨어에서 합니다."),
        ("휴가 신청", "휴가신청서를 내세요."),
        ("컵", "빨간 컵을 샀다."),
        ("GPT-4는 얼마인가요?", "요금은 gpt4 기준이다."),
        ("LoRA를 학습하려면?", "lora 학습에는 예제가 필요하다."),
        ("INVOICE", "Send the invoice by Friday."),
        ("3.5", "평점은 3.5점이다."),
        ("kim@narani.kr", "문의: Kim@Narani.kr"),
        ("東京", "東京都の天気"),
        ("🍕", "점심은 🍕 한 판"),
    ],
)
def test_a_question_finds_the_passage_that_says_it_otherwise(
    index: LexicalIndex, query: str, text: str
) -> None:
    fill(index, right=text, **OTHERS)
    assert found(index, query)[:1] == ["right"]


@pytest.mark.parametrize("query", ["", "   ", "?!…", "\0", "\ud800", "없는낱말뿐"])
def test_a_question_without_a_known_term_finds_nothing(index: LexicalIndex, query: str) -> None:
    fill(index, **OTHERS)
    assert index.search(query, 5) == []


def test_a_question_that_only_asks_is_searched_as_it_stands(index: LexicalIndex) -> None:
    fill(index, right="어떻게 하나요? 하고 물었다.", **OTHERS)
    assert found(index, "어떻게 하나요?")[0] == "right"
    assert index.coverage("어떻게 하나요?", ["어떻게 하나요?", "고양이"]) == [1, 0]


def test_an_empty_index_finds_nothing(index: LexicalIndex) -> None:
    assert index.search("고양이", 5) == []
    assert index.count() == 0
    assert index.coverage("고양이", ["고양이"]) == [1.0]


@pytest.mark.parametrize(
    "query",
    [
        '고양이 AND (NOT "강아지")',
        "body:고양이^5 +강아지 -서버",
        "고양이~2 [a TO z] {x} /.*/ *",
        "고양이' OR 1=1; --",
        '고양이 \\ " ( [ { ^ ~ * ?',
    ],
)
def test_no_query_language_is_read(index: LexicalIndex, query: str) -> None:
    fill(index, cat="고양이가 잔다.", **OTHERS)
    assert "cat" in found(index, query)


def test_a_very_long_question_is_searched_by_its_rarest_terms(index: LexicalIndex) -> None:
    fill(index, right="청사초롱 이야기", **OTHERS)
    index.add(entry(f"many{n}", "오늘 날씨가 좋다") for n in range(50))
    words = " ".join(f"낱말{number}" for number in range(15_000))
    for query in (f"청사초롱 {words}", f"{words} 청사초롱", "오늘 날씨가 좋다 청사초롱 " * 7000):
        assert len(query) > 90_000
        assert found(index, query)[0] == "right"
        assert index.coverage(query, ["청사초롱"])[0] > 0


def test_an_entry_replaces_the_one_of_its_id(index: LexicalIndex) -> None:
    fill(index, a="고양이", b="강아지")
    fill(index, a="앵무새")
    assert index.count() == 2
    assert found(index, "고양이") == []
    assert found(index, "앵무새") == ["a"]


def test_the_last_of_equal_ids_in_one_call_stays(index: LexicalIndex) -> None:
    index.add([entry("a", "고양이"), entry("b", "강아지"), entry("a", "앵무새")])
    assert index.count() == 2
    assert found(index, "고양이 앵무새") == ["a"]
    assert found(index, "고양이") == []


def test_a_removed_passage_is_not_found(index: LexicalIndex) -> None:
    fill(index, a="고양이 하나", b="고양이 둘")
    index.remove(["a", "never there"])
    assert found(index, "고양이") == ["b"]
    assert index.count() == 1


def test_only_the_named_documents_are_searched(index: LexicalIndex) -> None:
    index.add(entry(f"{d}{n}", f"고양이 {n}", d) for d in "abc" for n in range(3))
    assert {id[0] for id, _ in index.search("고양이", 20, ["a", "c"])} == {"a", "c"}
    assert index.search("고양이", 20, []) == []
    assert index.search("고양이", 20, {"x"}) == []
    everywhere, inside = (
        dict(index.search("고양이 1", 20)),
        dict(index.search("고양이 1", 20, ["b"])),
    )
    assert inside == {id: everywhere[id] for id in inside}


def test_equal_passages_come_in_the_order_of_their_ids(index: LexicalIndex) -> None:
    for number in (3, 1, 4, 0, 2):
        index.add([entry(f"p{number}", "같은 글")])
    assert found(index, "같은 글") == ["p0", "p1", "p2", "p3", "p4"]
    assert found(index, "같은 글", 2) == ["p0", "p1"]


def test_an_index_is_there_when_it_is_opened_again(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, a="고양이")
    assert found(LexicalIndex(tmp_path / "index"), "고양이") == ["a"]


def test_coverage_tells_right_passages_from_unrelated_ones(index: LexicalIndex) -> None:
    texts = [
        "휴가 신청은 그룹웨어의 전자결재에서 합니다. 사흘 전까지 내야 합니다.",
        "프린터는 3층 복도 끝에 있습니다. 용지는 총무팀에서 줍니다.",
        "The cafeteria opens at noon and serves soup on Mondays.",
        "Guests can borrow hiking boots at the front desk.",
    ]
    index.add(entry(str(number), text) for number, text in enumerate(texts))
    for question, right in (
        ("휴가는 어떻게 신청하나요?", 0),
        ("프린터 용지는 누가 주나요?", 1),
        ("When does the cafeteria open?", 2),
        ("Where can I borrow boots?", 3),
    ):
        shares = index.coverage(question, texts)
        assert all(0 <= share <= 1 for share in shares)
        assert shares[right] > 0.4
        assert max(share for n, share in enumerate(shares) if n != right) < 0.2


def test_what_stands_nowhere_lowers_the_coverage(index: LexicalIndex) -> None:
    fill(index, a="고양이 사료", **OTHERS)
    (known,) = index.coverage("고양이 사료", ["고양이 사료"])
    (half,) = index.coverage("고양이 우주선", ["고양이 사료"])
    assert known == 1
    assert 0 < half < 0.7


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.text(st.sampled_from("가나다라마바사아자차 하를을은는이 abcdeXYZ 0123 .,-!")),
        min_size=1,
        max_size=12,
        unique_by=lambda text: frozenset(terms(text)),
    )
)
def test_every_text_finds_itself_among_the_first(index: LexicalIndex, texts: list[str]) -> None:
    index.remove(map(str, range(20)))
    index.add(entry(str(number), text) for number, text in enumerate(texts))
    for number, text in enumerate(texts):
        if terms(text):
            assert str(number) in found(index, text, 5)
            assert index.coverage(text, [text]) == [pytest.approx(1)]


def test_a_failing_add_leaves_nothing_behind(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, a="고양이")
    before = {path.name for path in (tmp_path / "index").iterdir()}

    def broken() -> Iterator[Entry]:
        for number in range(3000):
            yield entry(f"new{number}", "강아지 " * 50)
        raise ValueError("the reader's own")

    with pytest.raises(ValueError, match="the reader's own"):
        index.add(broken())
    assert index.count() == 1
    assert found(index, "강아지") == []
    assert {path.name for path in (tmp_path / "index").iterdir()} - before <= {"write.lock"}
    fill(index, b="강아지")
    assert found(index, "강아지") == ["b"]


def test_threads_search_and_write_at_once(index: LexicalIndex) -> None:
    fill(index, base="고양이")
    errors: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(8):
                index.add([entry(f"{name}{number}", f"강아지 {name} {number}")])
                assert "base" in found(index, "고양이")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert index.count() == 33


WRITER = """
import sys
from pathlib import Path
from core.retrieval.lexical import Entry, LexicalIndex
index = LexicalIndex(Path(sys.argv[1]))
for number in range(10):
    index.add(
        Entry(id=f"{sys.argv[2]}{number}-{n}", document_id="d", text=f"고양이 {number} {n}")
        for n in range(20)
    )
"""
NEVER_DONE = """
import sys
from pathlib import Path
from core.retrieval.lexical import Entry, LexicalIndex
def entries():
    for n in range(20_000):
        yield Entry(id=f"n{n}", document_id="d", text="강아지 산책은 하루에 두 번이 좋다. " * 5)
    print("in the middle", flush=True)
    sys.stdin.read()
LexicalIndex(Path(sys.argv[1])).add(entries())
"""
FULL_DISK = """
import resource, sys
from pathlib import Path
from core.errors import StoreError
from core.retrieval.lexical import Entry, LexicalIndex
index = LexicalIndex(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    index.add(
        Entry(id=f"n{n}", document_id="d", text=f"강아지 {n} " * 40) for n in range(20_000)
    )
except StoreError as error:
    print(error.kind)
print(index.count(), [one for one, _ in index.search("고양이", 5)])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
index.add([Entry(id="b", document_id="d", text="앵무새")])
print(index.count())
"""


def start(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_add_at_once_lose_nothing(index: LexicalIndex, tmp_path: Path) -> None:
    writers = [start(WRITER, tmp_path / "index", name) for name in "ab"]
    for number in range(10):
        fill(index, **{f"own{number}": "고양이"})
    for writer in writers:
        _, complaints = writer.communicate(timeout=60)
        assert writer.returncode == 0, complaints
    assert index.count() == 410
    assert found(index, "고양이 9 19", 2) in (["a9-19", "b9-19"], ["b9-19", "a9-19"])


def test_a_process_sees_what_another_one_committed(index: LexicalIndex, tmp_path: Path) -> None:
    assert found(index, "고양이") == []
    with start(WRITER, tmp_path / "index", "a") as writer:
        writer.communicate(timeout=60)
    assert index.count() == 200
    assert len(found(index, "고양이", 50)) == 50


def test_a_killed_writer_leaves_the_last_commit_and_no_lock(
    index: LexicalIndex, tmp_path: Path
) -> None:
    fill(index, a="고양이")
    with start(NEVER_DONE, tmp_path / "index") as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "in the middle\n"
        assert found(index, "고양이") == ["a"]
        writer.send_signal(signal.SIGKILL)
    assert index.count() == 1
    fill(index, b="강아지")
    assert found(index, "강아지", 5) == ["b"]
    assert LexicalIndex(tmp_path / "index").count() == 2


def test_a_full_disk_is_reported_and_loses_nothing(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, a="고양이")
    with start(FULL_DISK, tmp_path / "index") as writer:
        said, complaints = writer.communicate(timeout=60)
    assert said.splitlines() == ["not_stored", "1 ['a']", "2"], complaints


@pytest.mark.parametrize("damage", ["cut off", "of an older version", "a file is missing"])
def test_a_broken_index_says_so_and_can_be_made_anew(
    index: LexicalIndex, tmp_path: Path, damage: str
) -> None:
    fill(index, a="고양이")
    assert not index.broken
    folder = tmp_path / "index"
    if damage == "cut off":
        (folder / "meta.json").write_text("{")
    elif damage == "of an older version":
        meta = (folder / "meta.json").read_text()
        (folder / "meta.json").write_text(meta.replace("bigrams_", "older_"))
    else:
        next(folder.glob("*.term")).unlink()
    broken = LexicalIndex(folder)
    assert broken.broken
    for use in (lambda: broken.search("고양이", 5), lambda: fill(broken, b="새"), broken.count):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.kind == "bad_collection"
        assert caught.value.details == {"reason": "index_broken"}
    broken.drop()
    anew = LexicalIndex(folder)
    fill(anew, a="강아지")
    assert found(anew, "강아지") == ["a"]


def test_an_index_that_was_dropped_is_not_found_and_not_made_anew(
    index: LexicalIndex, tmp_path: Path
) -> None:
    other = LexicalIndex(tmp_path / "index")
    fill(other, a="고양이")
    index.drop()
    index.drop()
    assert not (tmp_path / "index").exists()
    for use in (lambda: other.search("고양이", 5), lambda: fill(other, b="새"), other.count):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.kind == "not_found"
    assert other.broken
    assert not (tmp_path / "index").exists()


def test_who_waits_to_write_to_a_dropped_index_is_refused(
    index: LexicalIndex, tmp_path: Path
) -> None:
    fill(index, a="고양이")
    outcome: list[str] = []

    def write() -> None:
        try:
            fill(index, late="새")
        except StoreError as error:
            outcome.append(error.kind)

    writer = threading.Thread(target=write)
    with one_writer(tmp_path / "index"):
        writer.start()
        (tmp_path / "index").rename(tmp_path / "gone")
    writer.join()
    assert outcome == ["not_found"]
    assert not (tmp_path / "index").exists()
