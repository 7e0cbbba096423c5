"""Measuring retrieval: questions, settings, sweeps."""

TEXTS = {
    "questions_help": (
        "질문과 그 답이 있는 자리를 담은 파일을 올리면 검색이 얼마나 잘 찾는지 잽니다. 열: question, document, page, quote, answer.",
        "Upload questions with the place of their answer to measure how well they are found. Columns: question, document, page, quote, answer.",
    ),
    "questions_upload": ("질문 파일", "Question file"),
    "questions_upload_help": (
        "CSV 또는 JSONL. question(질문)과, document(문서)·page(쪽)·quote(인용)·answer(답) 가운데 하나 이상이 필요합니다.",
        "CSV or JSONL with question and at least one of document, page, quote, answer.",
    ),
    "questions_sample": ("예시 질문({language})", "Sample questions ({language})"),
    "questions_votes": ("좋아요 받은 답에서", "From answers voted up"),
    "questions_votes_help": (
        "좋아요를 받은 답의 질문과 인용한 구절을 씁니다.",
        "Takes the questions of answers that were voted up, with the passages they cite.",
    ),
    "questions_count": ("질문 {count}개", "{count} questions"),
    "measure_settings": ("설정 비교", "Compare settings"),
    "measure_sweep": ("여러 설정 시험", "Sweep"),
    "measure_two_help": (
        "같은 질문으로 두 설정을 재고 차이가 확실한지 봅니다.",
        "Both settings get the same questions; the difference is shown with its interval.",
    ),
    "measure_run": ("재기", "Measure"),
    "measuring": ("재는 중", "Measuring"),
    "measure_setting": ("설정", "Setting"),
    "measure_tokens": ("문맥 토큰(평균)", "Context tokens (mean)"),
    "measure_ms": ("검색 시간(ms, 중앙값)", "Search time (ms, median)"),
    "measure_nothing": ("답 없는 질문에 빈손", "Nothing given to unanswerable ones"),
    "measure_gap": (
        "MRR 차이(A−B) {mean} [{low} ~ {high}].",
        "Difference in MRR (A − B) {mean} [{low} to {high}].",
    ),
    "measure_sure": ("차이가 확실합니다.", "The difference is certain."),
    "measure_unsure": (
        "이 질문 수로는 차이를 말할 수 없습니다.",
        "With so many questions no difference can be told.",
    ),
    "measure_missed": (
        "{setting}: 처음 다섯에 없는 질문 {count}개",
        "{setting}: {count} questions not answered among the first five",
    ),
    "measure_rank": ("{rank}위", "rank {rank}"),
    "measure_not_found": ("찾지 못함", "not found"),
    "sweep_help": (
        "고른 값을 모두 조합해 배경에서 잽니다. 멈췄다가 이어 갈 수 있습니다.",
        "Every combination is measured in the background; it can be stopped and gone on with.",
    ),
    "sweep_whole_numbers": (
        "크기와 겹침은 정수로 적으세요.",
        "Sizes and overlaps are whole numbers.",
    ),
    "sweep_start": ("시작", "Start"),
    "sweep_state_running": ("재는 중", "measuring"),
    "sweep_state_done": ("끝남", "finished"),
    "sweep_state_stopped": ("멈춤", "stopped"),
    "sweep_state_failed": ("실패", "failed"),
    "sweep_progress": ("조합 {cells}개 가운데 {done}개", "{done} of {cells} combinations"),
    "sweep_winner": (
        "추천: 크기 {size}, 겹침 {overlap}, {mode}, 구절 {top_k}개 — {quality}, 문맥 {tokens} 토큰",
        "Best: size {size}, overlap {overlap}, {mode}, {top_k} passages — {quality}, {tokens} tokens of context",
    ),
    "sweep_winner_help": (
        "가장 잘 찾은 설정과 구별되지 않는 것 가운데 문맥이 가장 짧은 것입니다.",
        "Of the settings that cannot be told from the best one, the one with the least context.",
    ),
    "sweep_quality": ("찾은 비율(hit@k)", "Found (hit@k)"),
}
