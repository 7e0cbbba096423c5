"""Measure retrieval: a question set, one or several settings, and a sweep over many."""

from pathlib import Path

import streamlit as st

from core.collection import Collection
from core.errors import ModelError, StoreError, UsageError
from core.lab import Lab
from core.retrieval.measuring import Evaluation, RightPassages, evaluate, measured
from core.retrieval.metrics import mrr, paired_difference
from core.retrieval.question_files import read_questions
from core.retrieval.questions import Question
from core.search import Retrieval, retrieval_from_json
from pages.shared.collection_head import SAMPLE, SAMPLE_NAME
from pages.shared.errors import show_error
from pages.shared.language import t
from pages.shared.markdown import plain
from pages.shared.retrieval_fields import put_retrieval, retrieval_fields, typed_retrieval
from pages.shared.sweep_view import sweep_view

MEASURES = ("hit@1", "hit@5", "recall@5", "mrr", "ndcg@5")


def measure_view(lab: Lab, collection: Collection) -> None:
    """Questions first; then settings, then what came of them."""
    problem = st.session_state.pop("measure_problem", None)
    if problem is not None:
        show_error(problem)
    if not collection.passages:
        st.info(t("documents_empty"), icon=":material/note_add:")
        return
    questions = _questions(lab, collection)
    if not questions:
        st.caption(t("questions_help"))
        return
    st.caption(t("questions_count", count=len(questions)))
    one, many = st.tabs([t("measure_settings"), t("measure_sweep")], key="measure_tab")
    with one:
        _settings(lab, collection, questions)
    with many:
        sweep_view(lab, collection, questions)


def _questions(lab: Lab, collection: Collection) -> list[Question]:
    kept: dict[str, list[Question]] = st.session_state.setdefault("questions", {})
    upload = st.file_uploader(
        t("questions_upload"),
        type=["csv", "tsv", "json", "jsonl"],
        key=f"questions_{collection.id}",
        help=t("questions_upload_help"),
        max_upload_size=5,
    )
    if upload is not None and st.session_state.get("questions_seen") != upload.file_id:
        st.session_state["questions_seen"] = upload.file_id
        try:
            _keep(collection.id, read_questions(upload.name, upload.getvalue()))
        except UsageError as error:
            show_error(error)
    with st.container(horizontal=True):
        if collection.name == SAMPLE_NAME:
            for file in sorted(SAMPLE.parent.glob("questions.*.jsonl")):
                code = file.name.split(".")[1]
                st.button(
                    t("questions_sample", language=t(f"language_{code}")),
                    key=f"questions_sample_{code}",
                    icon=":material/quiz:",
                    on_click=_take,
                    args=(collection.id, file),
                )
        st.button(
            t("questions_votes"),
            key="questions_votes",
            icon=":material/thumb_up:",
            help=t("questions_votes_help"),
            on_click=_take_votes,
            args=(collection.id,),
        )
    return kept.get(collection.id, [])


def _take(collection_id: str, file: Path) -> None:
    _keep(collection_id, read_questions(file.name, file.read_bytes()))


def _keep(collection_id: str, questions: list[Question]) -> None:
    """Take these questions; what was measured with others is gone."""
    st.session_state.setdefault("questions", {})[collection_id] = questions
    st.session_state.pop(f"evaluations_{collection_id}", None)


def _take_votes(collection_id: str) -> None:
    from pages.shared.resources import get_lab

    lab = get_lab()
    try:
        found = lab.open_book.cited_questions(lab.liked(), collection_id)
    except (StoreError, UsageError) as error:
        st.session_state["measure_problem"] = error
        return
    _keep(collection_id, found)
    if not found:
        st.session_state["measure_problem"] = UsageError(
            "bad_questions", "no answer with a citation was voted up", reason="no_votes"
        )


def _settings(lab: Lab, collection: Collection, questions: list[Question]) -> None:
    two = st.toggle(t("try_two"), key="measure_two", value=True, help=t("measure_two_help"))
    sides = "ab" if two else "a"
    for place, side in zip(st.columns(len(sides)), sides, strict=True):
        suffix = f"measure_{side}_{collection.id}"
        with place:
            if st.session_state.get(f"retrieval_mode_{suffix}") is None:
                mode = "dense" if side == "b" else "auto"
                put_retrieval(Retrieval(collection=collection.name, mode=mode), suffix)
            st.session_state[f"retrieval_collection_{suffix}"] = collection.name
            with st.expander(f"{t('try_settings')} {side.upper()}", icon=":material/tune:"):
                retrieval_fields(lab, suffix, persist_state="session")
    key = f"evaluations_{collection.id}"
    if st.button(t("measure_run"), key="measure_run", type="primary", icon=":material/speed:"):
        try:
            st.session_state[key] = _run(lab, collection, questions, sides)
        except (UsageError, StoreError, ModelError) as error:
            show_error(error)
    found: dict[str, Evaluation] = st.session_state.get(key) or {}
    if found:
        _table(found)


def _run(
    lab: Lab, collection: Collection, questions: list[Question], sides: str
) -> dict[str, Evaluation]:
    right = RightPassages(lab.library.shelf, collection)
    wanted = {question.id: right.of(question) for question in questions}
    found = {}
    bar = st.progress(0.0, t("measuring"))
    total = len(questions) * len(sides)
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if done % 5 == 0:
            bar.progress(min(1.0, done / total), t("measuring"))

    for side in sides:
        how = retrieval_from_json(typed_retrieval(f"measure_{side}_{collection.id}"))
        assert how is not None
        found[side.upper()] = evaluate(
            lab.open_book.search, how, questions, lambda q: wanted[q.id], heed=one_more
        )
    bar.empty()
    return found


def _table(found: dict[str, Evaluation]) -> None:
    rows: dict[str, list[object]] = {t("measure_setting"): list(found)}
    for name in MEASURES:
        rows[name] = [_with_interval(one, name) for one in found.values()]
    rows[t("measure_tokens")] = [f"{one.context_tokens():,.0f}" for one in found.values()]
    rows[t("measure_ms")] = [f"{one.median_s * 1000:,.1f}" for one in found.values()]
    if any(one.nothing_found is not None for one in found.values()):
        rows[t("measure_nothing")] = [
            "–" if one.nothing_found is None else f"{one.nothing_found:.0%}"
            for one in found.values()
        ]
    st.dataframe(rows, hide_index=True, key="measured")
    if len(found) == 2:
        a, b = found.values()
        if len(a.judged) == len(b.judged) and a.judged:
            gap = paired_difference([mrr(one) for one in a.judged], [mrr(one) for one in b.judged])
            assert gap is not None
            sure = gap.low > 0 or gap.high < 0
            text = t(
                "measure_gap",
                mean=f"{gap.mean:+.3f}",
                low=f"{gap.low:+.3f}",
                high=f"{gap.high:+.3f}",
            )
            st.markdown(f"{text} {t('measure_sure' if sure else 'measure_unsure')}")
    _missed(found)


def _with_interval(evaluation: Evaluation, name: str) -> str:
    one = measured(evaluation, name)
    return "–" if one is None else f"{one.mean:.3f}  [{one.low:.2f}–{one.high:.2f}]"


def _missed(found: dict[str, Evaluation]) -> None:
    """The questions whose passage was not among the first five."""
    for side, evaluation in found.items():
        lost = [
            one
            for one in evaluation.asked
            if (one.question.document or one.question.quote) and (one.rank is None or one.rank > 5)
        ]
        if not lost:
            continue
        with st.expander(t("measure_missed", setting=side, count=len(lost))):
            for one in lost[:50]:
                where = plain(one.question.document or "")
                rank = t("measure_rank", rank=one.rank) if one.rank else t("measure_not_found")
                st.markdown(f"- {plain(one.question.question)} — {where} · {rank}")
