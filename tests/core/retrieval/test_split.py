"""Cutting: nothing is lost, nothing is too long, and every passage knows where it stands."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semantic_text_splitter import TextSplitter

from core.collection import SPLIT_METHODS, UNITS, Block, Cut, LoadedDocument, Split
from core.retrieval.load.loader import Loader
from core.retrieval.split import TOKENS_LIKE, split

ENGLISH = (
    "Leave is counted in working days. Everyone has thirty of them each year. Ask Jorinde before "
    "you book! Dr. Vaal signs what is longer than two weeks, e.g. a trip to Seoul. "
)
KOREAN = (
    "연차는 근무일로 셉니다. 누구나 해마다 서른 날을 받습니다. 예약하기 전에 사람팀에 물어보세요! "
    "두 주가 넘는 휴가는 팀장이 결재합니다. 남은 연차는 이듬해 3월 31일까지 쓸 수 있습니다. "
)
SMALLEST = {"characters": 40, "tokens": 16}
EVERY_WAY = [(method, unit) for method in SPLIT_METHODS for unit in UNITS]


def document(text: str, *blocks: Block, kind: str = "text") -> LoadedDocument:
    if not blocks and text.strip():
        start = len(text) - len(text.lstrip())
        blocks = (Block(start=start, end=len(text.rstrip())),)
    return LoadedDocument(text=text, blocks=blocks, kind=kind)


def paged(*pages: str, headings: tuple[str, ...] = ()) -> LoadedDocument:
    """A document whose pages are these texts, two blank lines between them."""
    text, blocks = "", []
    for number, page in enumerate(pages, 1):
        heading = headings[number - 1] if headings else ""
        blocks.append(
            Block(start=len(text), end=len(text) + len(page), page=number, heading=heading)
        )
        text += page + "\n\n"
    return document(text.rstrip("\n"), *blocks)


def texts(made: LoadedDocument, cuts: list[Cut]) -> list[str]:
    return [made.text[cut.start : cut.end] for cut in cuts]


def fits(text: str, size: int, unit: str) -> bool:
    if unit == "characters":
        return len(text) <= size
    # The only offline copy of the encoding is the one inside the splitter.
    whole = TextSplitter.from_tiktoken_model(TOKENS_LIKE, size)
    return len(whole.chunks(text)) <= 1


def check(made: LoadedDocument, cuts: list[Cut], how: Split) -> None:
    """What holds for every way of cutting every document."""
    covered = bytearray(len(made.text))
    for cut in cuts:
        text = made.text[cut.start : cut.end]
        assert 0 <= cut.start < cut.end <= len(made.text)
        assert text.strip()
        assert fits(text, how.size, how.unit)
        covered[cut.start : cut.end] = b"\1" * (cut.end - cut.start)
    lost = [at for at, sign in enumerate(made.text) if not sign.isspace() and not covered[at]]
    assert lost == []
    for before, after in pairwise(cuts):
        assert before.start < after.start, "the next passage begins later"
        assert before.end < after.end, "the next passage brings something new"


@pytest.mark.parametrize(("method", "unit"), EVERY_WAY)
@pytest.mark.parametrize("text", [ENGLISH * 5, KOREAN * 5], ids=["en", "ko"])
@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_every_way_of_cutting_keeps_all_text_and_the_size(method, unit, text, kind):
    size = SMALLEST[unit] * 3
    for overlap in (0, size // 3):
        how = Split(method=method, unit=unit, size=size, overlap=overlap)
        made = document(text, kind=kind)
        cuts = split(made, how)
        check(made, cuts, how)
        assert len(cuts) > 3


@pytest.mark.parametrize(("method", "unit"), EVERY_WAY)
def test_a_short_document_is_one_passage(method, unit):
    made = document("  다섯 글자.\n")
    assert texts(made, split(made, Split(method=method, unit=unit))) == ["다섯 글자."]


@pytest.mark.parametrize(("method", "unit"), EVERY_WAY)
@pytest.mark.parametrize("text", ["", " \n\t\n "])
def test_a_document_without_text_has_no_passages(method, unit, text):
    assert split(document(text), Split(method=method, unit=unit)) == []


@pytest.mark.parametrize(("method", "unit"), EVERY_WAY)
@pytest.mark.parametrize(
    "text", ["x" * 3000, "가" * 3000, "👩‍👩‍👧‍👦" * 300, "https://a.b/" + "q=%20&" * 500]
)
def test_text_without_any_place_to_cut_is_cut_all_the_same(method, unit, text):
    how = Split(method=method, unit=unit, size=SMALLEST[unit], overlap=5)
    made = document(text)
    check(made, split(made, how), how)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("text", [ENGLISH * 4, KOREAN * 4], ids=["en", "ko"])
def test_sentences_are_never_torn_when_they_fit(unit, text):
    how = Split(method="sentence", unit=unit, size=SMALLEST[unit] * 5, overlap=0)
    made = document(text)
    for one in texts(made, split(made, how)):
        assert one[-1] in ".!"
        assert one.split()[0] in ("Leave", "Everyone", "Ask", "Dr.", "연차는", "누구나",
                                  "예약하기", "두", "남은")  # fmt: skip


def test_no_korean_sentence_is_torn_and_the_overlap_repeats_whole_ones():
    how = Split(method="sentence", size=80, overlap=39)
    made = document(KOREAN)
    found = texts(made, split(made, how))
    ends = ("셉니다.", "받습니다.", "물어보세요!", "결재합니다.", "있습니다.")
    assert all(one.endswith(ends) for one in found)
    repeated = 0
    cuts = split(made, how)
    for before, after in pairwise(cuts):
        again = made.text[after.start : before.end]
        assert len(again) <= 39
        if after.start < before.end:
            repeated += 1
            assert again.endswith(ends)
    assert repeated


def test_a_sentence_that_is_longer_than_a_passage_is_cut_inside():
    how = Split(method="sentence", size=60, overlap=10)
    made = document("Short one. " + "and then " * 40 + "it ended. Short again.")
    cuts = split(made, how)
    check(made, cuts, how)
    assert texts(made, cuts)[0].startswith("Short one.")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("method", ["text", "heading", "page"])
def test_the_overlap_repeats_the_end_of_the_passage_before(method, unit):
    size = SMALLEST[unit] * 3
    made = document("word " * 400)
    plain = split(made, Split(method=method, unit=unit, size=size, overlap=0))
    overlapping = split(made, Split(method=method, unit=unit, size=size, overlap=size // 3))
    assert all(before.end <= after.start for before, after in pairwise(plain))
    for before, after in pairwise(overlapping):
        again = made.text[after.start : before.end]
        assert again.strip()
        assert fits(again, size // 3, unit)


def test_no_passage_reaches_across_a_page_when_cut_by_page():
    made = paged(ENGLISH, "2쪽. " + KOREAN, "Three.")
    cuts = split(made, Split(method="page", size=5000, overlap=0))
    assert texts(made, cuts) == [ENGLISH.strip(), ("2쪽. " + KOREAN).strip(), "Three."]
    assert [cut.page for cut in cuts] == [1, 2, 3]


def test_no_passage_reaches_across_a_heading_when_cut_by_heading():
    made = paged("One.", "Two.", "Three.", headings=("A", "A › B", "A › B"))
    cuts = split(made, Split(method="heading", size=5000, overlap=0))
    assert texts(made, cuts) == ["One.", "Two.\n\nThree."]
    assert [cut.heading for cut in cuts] == ["A", "A › B"]


def test_a_passage_has_the_page_and_heading_of_where_it_begins():
    made = paged("Page one. " * 3, "Page two. " * 3, headings=("A", "B"))
    cuts = split(made, Split(method="text", size=5000, overlap=0))
    assert [(cut.page, cut.heading) for cut in cuts] == [(1, "A")]
    smaller = split(made, Split(method="text", size=40, overlap=0))
    for cut in smaller:
        begins = made.text[cut.start : cut.start + 8]
        assert (cut.page, cut.heading) == ((1, "A") if begins == "Page one" else (2, "B"))
    assert {cut.page for cut in smaller} == {1, 2}


def test_headings_of_a_real_markdown_file_stay_with_their_text(tmp_path: Path):
    file = tmp_path / "a.md"
    file.write_text(f"# 안내\n\n{KOREAN}\n\n## 휴가\n\n{KOREAN}\n\n# Other\n\n{ENGLISH}\n", "utf-8")
    loader = Loader()
    try:
        made = loader.load(file)
    finally:
        loader.close()
    how = Split(method="heading", size=120, overlap=20)
    cuts = split(made, how)
    check(made, cuts, how)
    for cut, text in zip(cuts, texts(made, cuts), strict=True):
        if "Leave is counted" in text:
            assert cut.heading == "Other"
    assert {cut.heading for cut in cuts} == {"안내", "안내 › 휴가", "Other"}


PIECES = st.sampled_from(
    ["a", "Word ", "한국어 ", "다. ", "e.g. ", "\n", "\n\n", "# T\n", "- x\n", "|a|b|\n|-|-|\n", "```\n",
     "👩‍👩‍👧‍👦", "é", "¶", "x" * 50, "가" * 50, "  ", "\u200b", "3.14 ", "?! "]
)  # fmt: skip


@st.composite
def any_document(draw: Any) -> LoadedDocument:
    pages = draw(st.lists(st.lists(PIECES, max_size=25).map("".join), min_size=1, max_size=4))
    text, blocks = "", []
    for number, page in enumerate(pages, 1):
        bare = page.strip()
        if bare:
            start = len(text) + page.index(bare)
            heading = draw(st.sampled_from(["", "A", "A › B"]))
            blocks.append(Block(start=start, end=start + len(bare), page=number, heading=heading))
        text += page + "\n\n"
    return LoadedDocument(
        text=text, blocks=tuple(blocks), kind=draw(st.sampled_from(["text", "markdown", "pdf"]))
    )


@settings(max_examples=300, deadline=None)
@given(made=any_document(), method=st.sampled_from(SPLIT_METHODS), unit=st.sampled_from(UNITS),
       more=st.integers(0, 60), share=st.floats(0, 0.49))  # fmt: skip
def test_no_text_is_lost_and_none_is_too_long(made, method, unit, more, share):
    size = SMALLEST[unit] + more
    overlap = int(size * share)
    how = Split(method=method, unit=unit, size=size, overlap=overlap)
    cuts = split(made, how)
    check(made, cuts, how)
    for cut in cuts:
        block = next(b for b in made.blocks if b.end > cut.start)
        assert (cut.page, cut.heading) == (block.page, block.heading)
        if method == "page":
            assert cut.end <= block.end
