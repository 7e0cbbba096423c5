"""The Examples page: statistics, versions, leaks, putting a set to use."""

TEXTS = {
    # ---- statistics ----
    "example_looking": ("살펴보는 중 · {seconds}초", "looking · {seconds} s"),
    "example_look_leave": (
        "다른 페이지로 가도 계속됩니다.",
        "It goes on when you leave this page.",
    ),
    "example_languages": ("언어", "Languages"),
    "example_repeated_questions": ("되풀이된 질문", "Repeated questions"),
    "example_repeated_questions_help": (
        "띄어쓰기, 문장 부호, 말끝만 다른 질문도 같은 질문으로 봅니다.",
        "Questions that differ only in spacing, punctuation or politeness count as equal.",
    ),
    "example_several_answers": ("답이 여럿인 질문", "With several answers"),
    "example_several_answers_help": (
        "같은 질문에 다른 답이 붙어 있습니다. 모두 맞는 답일 수도 있습니다.",
        "The same question has different answers. All of them may be right.",
    ),
    "example_labels": ("답(라벨)의 균형", "Balance of labels"),
    "example_labels_alt": (
        "라벨마다 학습과 평가 예제가 몇 개인지 보여 주는 막대그래프",
        "Bar chart of the examples with each label, to learn and held out",
    ),
    "example_no_labels": (
        "답이 자유로운 글이라 라벨로 세지 않습니다.",
        "The answers are free text, not labels.",
    ),
    "example_balance": (
        "라벨 {labels}가지 · 가장 많은 라벨 {most}개 · 가장 적은 라벨 {least}개",
        "{labels} labels · {most} examples of the most frequent, {least} of the rarest",
    ),
    "example_lengths_question": ("질문 길이", "Lengths of questions"),
    "example_lengths_answer": ("답 길이", "Lengths of answers"),
    "example_lengths_question_alt": (
        "질문 길이의 분포를 보여 주는 막대그래프",
        "Bar chart of how long the questions are",
    ),
    "example_lengths_answer_alt": (
        "답 길이의 분포를 보여 주는 막대그래프",
        "Bar chart of how long the answers are",
    ),
    "example_lengths_said": (
        "최소 {least} · 중앙값 {median} · 90%가 {p90} 이하 · 최대 {most}자",
        "least {least} · median {median} · 90% up to {p90} · most {most} characters",
    ),
    "example_characters": ("글자 수", "characters"),
    "example_spellings": ("여러 가지로 쓴 라벨", "Labels with several spellings"),
    "example_spellings_help": (
        "띄어쓰기나 말끝만 다릅니다. 비교할 때는 같은 라벨로 보지만, 하나로 맞추면 모델도 한 가지로 "
        "답합니다.",
        "They differ only in spacing or endings and count as equal when compared; with one "
        "spelling, models answer with one too.",
    ),
    "example_repeats_several": ("같은 질문, 다른 답", "The same question, different answers"),
    "example_repeats_several_help": (
        "한 묶음이 같은 질문입니다. 하나만 맞다면 나머지를 고치거나 지우세요.",
        "Each group is one question. If only one answer is right, edit or delete the others.",
    ),
    "example_repeats_same": ("같은 질문, 같은 답", "The same question, the same answer"),
    "example_repeats_same_help": (
        "쓰는 방식만 다른 질문입니다. 하나면 충분합니다.",
        "Only the writing differs. One of them is enough.",
    ),
    "example_near": ("거의 같은 질문", "Nearly the same questions"),
    "example_near_help": (
        "글자의 90% 이상이 겹치는 질문을 찾습니다. 학습과 평가에 나뉘어 있으면 평가 점수가 실제보다 "
        "높아집니다.",
        "Finds questions of which nine tenths of the letters agree. With one to learn and one held "
        "out, scores come out too good.",
    ),
    "example_near_look": ("찾아보기", "Look for them"),
    "example_near_none": (
        "예제 {count}개 가운데 거의 같은 질문이 없습니다.",
        "None among {count} examples.",
    ),
    "example_near_found": (
        "앞의 질문과 거의 같은 질문 {count}개 · 학습과 평가에 나뉘어 있는 것 {across}개",
        "{count} nearly repeat an earlier question; of these pairs {across} are on both sides",
    ),
    "example_group": ("묶음", "Group"),
    "example_group_alt": (
        "서로 같거나 거의 같은 예제를 묶어 보여 주는 표",
        "Table of examples that ask the same, in groups",
    ),
    # ---- versions ----
    "example_one_version": (
        "버전이 하나뿐입니다. 예제를 고쳐 저장하면 두 버전을 비교할 수 있습니다.",
        "There is one version. Edit and save, and two can be compared here.",
    ),
    "example_roll_back": ("되돌리기", "Roll back"),
    "example_roll_back_help": (
        "이 버전의 예제를 최신 버전으로 다시 저장합니다. 다른 버전은 그대로 남습니다.",
        "Stores the examples of this version as the newest one. All versions stay.",
    ),
    "example_roll_back_same": (
        "질문과 답은 최신 버전과 같습니다. 순서나 태그를 이 버전으로 되돌립니다.",
        "Its questions and answers equal the newest; order and tags go back to this version's.",
    ),
    "example_rolled_back": (
        "v{old}의 예제를 v{version}(으)로 저장했습니다.",
        "The examples of v{old} are v{version} now.",
    ),
    "example_rolled_back_note": ("v{version}에서 되돌림", "rolled back to v{version}"),
    "example_remove": ("예제집 지우기", "Remove the set"),
    "example_remove_sure": (
        "**{name}**을(를) 모든 버전과 함께 지웁니다. 되돌릴 수 없습니다.",
        "**{name}** is removed with all its versions. This cannot be undone.",
    ),
    "example_remove_used": (
        "이 예제집을 쓴 답변 {answers}개와 어댑터 {adapters}개는 그대로 남습니다.",
        "{answers} answers and {adapters} adapters have used it; they stay.",
    ),
    "example_remove_alone": (
        "앞으로 이 예제집을 쓰는 열은 그 열만 답하지 못합니다.",
        "A column that uses it from now on fails alone.",
    ),
    "example_removed": ("{name} 예제집을 지웠습니다.", "Removed the set {name}."),
    "example_diff": ("두 버전 비교", "Compare two versions"),
    "example_diff_same": ("두 버전의 예제가 같습니다.", "Both versions hold the same examples."),
    "example_diff_added": ("추가", "Added"),
    "example_diff_removed": ("삭제", "Removed"),
    "example_diff_changed": ("답이 바뀜", "Answer changed"),
    "example_diff_noted": ("태그나 열이 바뀜", "Tags or columns changed"),
    "example_diff_moved": ("자리가 바뀜", "Moved"),
    "example_diff_alt": (
        "두 버전에서 다른 예제의 표",
        "Table of examples that differ between two versions",
    ),
    "example_first": ("처음 {count}개", "the first {count}"),
    # ---- leaks ----
    "example_leaks_help": (
        "평가용 예제가 학습이나 검색에 이미 쓰이고 있으면 점수를 믿을 수 없습니다. 이 예제집의 평가용 "
        "질문을 자신의 학습용 예제, 다른 예제집, 어댑터가 배운 예제, 자료집과 견주어 봅니다.",
        "Scores mean nothing when held-out items are also learnt or looked up. This compares the "
        "held-out questions of this set with its own examples to learn, other sets, what adapters "
        "learnt, and documents.",
    ),
    "example_leaks_no_test": (
        "이 버전에는 평가용 예제가 없어 검사할 것이 없습니다. 예제를 더 넣으면 일부가 평가용이 됩니다.",
        "This version holds nothing out, so there is nothing to check. With more examples, some "
        "are held out.",
    ),
    "example_leaks_look": ("검사하기", "Check now"),
    "example_leaks_found": (
        "평가용 질문 {tested}개 가운데 {leaking}개가 다른 곳에도 있습니다.",
        "{leaking} of {tested} held-out questions are known elsewhere.",
    ),
    "example_leaks_next": (
        "아래에서 어디에 있는지 보고 한쪽에서 지우거나, 점수를 볼 때 이 질문을 빼고 보세요.",
        "See below where, and take them out on one side; or leave them out when you read scores.",
    ),
    "example_leaks_clean": (
        "평가용 질문 {tested}개와 같거나 거의 같은 것을 찾지 못했습니다.",
        "None of the {tested} held-out questions is known, equally or nearly, where was looked.",
    ),
    "example_leaks_checked": ("살펴본 곳", "What was looked at"),
    "example_leaks_took": (
        "평가용 질문 {tested}개 · {seconds}초",
        "{tested} held-out questions · {seconds} s",
    ),
    "example_leaks_stale": (
        "검사한 뒤로 예제집, 어댑터나 자료집이 바뀌었습니다. 다시 검사하세요.",
        "Sets, adapters or documents have changed since this check. Check again.",
    ),
    "example_leaks_alt": (
        "다른 곳에도 있는 평가용 질문의 표",
        "Table of held-out questions that are known elsewhere",
    ),
    "example_leak_question": ("평가용 질문", "Held-out question"),
    "example_leak_alike": ("얼마나 같은지", "How alike"),
    "example_leak_place": ("어디에", "Where"),
    "example_leak_name": ("이름", "Name"),
    "example_leak_other": ("거기에 있는 글", "What stands there"),
    "example_alike_equal": ("같음", "equal"),
    "example_alike_near": ("거의 같음", "nearly equal"),
    "example_place_example": ("보여 준 예제", "Shown example"),
    "example_place_train": ("학습용 예제", "Examples to learn"),
    "example_place_test": ("다른 예제집의 평가용", "Held out elsewhere"),
    "example_place_adapter": ("어댑터", "Adapter"),
    "example_place_collection": ("자료집", "Documents"),
    "example_place_example_next": (
        "열 설정에서 빼세요.",
        "Take it out in the column's settings.",
    ),
    "example_place_train_next": (
        "그 예제집의 편집 탭에서 학습용 예제를 지우세요.",
        "Delete the example in that set, under Edit.",
    ),
    "example_place_test_next": (
        "그 예제집으로 학습하지 않도록 하세요.",
        "Do not train on that set.",
    ),
    "example_place_adapter_next": (
        "이 어댑터를 이 예제집으로 평가하지 마세요.",
        "Do not judge this adapter by this set.",
    ),
    "example_place_collection_next": (
        "답을 찾아도 되는 자료라면 괜찮습니다. 아니면 자료 페이지에서 그 구절을 끄세요.",
        "Fine where looking it up is what you test. Else switch the passage off under Documents.",
    ),
    "example_checked_example": ("{size}개", "{size} examples"),
    "example_checked_train": ("질문 {size}개와 비교", "compared with {size} questions"),
    "example_checked_test": ("질문 {size}개와 비교 ", "compared with {size} of its questions"),
    "example_checked_adapter": ("배운 질문 {size}개와 비교", "compared with {size} it learnt"),
    "example_checked_collection": ("질문 {size}개를 검색", "searched for {size} questions"),
    "example_more": ("그 밖에 {count}곳", "and {count} more"),
    "example_skipped_set_gone": (
        "배운 예제집이 여기 없어 확인하지 못함",
        "not checked: the set it learnt is not stored here",
    ),
    "example_skipped_near_in_large_set": (
        "예제가 많아 똑같은 질문만 확인",
        "so large that only equal questions were looked for",
    ),
    "example_skipped_no_search": (
        "검색할 수 없어 확인하지 못함",
        "not checked: it cannot be searched",
    ),
    "example_skipped_too_many": (
        "질문이 많아 앞부분만 확인",
        "only the first questions were searched for",
    ),
    # ---- use ----
    "example_compare_title": (
        "이 예제집이 도움이 되는지 비교하기",
        "See whether this set helps",
    ),
    "example_compare_help": (
        "세 열을 엽니다. {model}에 예제 없이, 비슷한 예제 3개와 함께, 그리고 모델 없이 가장 비슷한 "
        "예제 5개의 답으로. 모델은 마지막 열보다 나아야 쓸모가 있습니다.",
        "Opens three columns: {model} without examples, the same with the 3 most similar ones, "
        "and no model at all but the answer of the 5 most similar examples. A model has to beat "
        "that last column.",
    ),
    "example_compare": ("이 예제집으로 비교", "Compare with this set"),
    "example_no_train": (
        "학습용 예제가 없어 보여 줄 예제도 없습니다.",
        "There is no example to learn, so none can be shown.",
    ),
    "example_items": ("평가용 질문", "Held-out questions"),
    "example_items_help": (
        "물어보기는 새 탭에서 위의 세 열에 질문과 템플릿 변수를 채워 줍니다. 보내지는 않습니다.",
        "“Ask this” opens a new tab with the three columns above, the question and the values for "
        "templates filled in. Nothing is sent.",
    ),
    "example_items_none": (
        "이 버전에는 평가용 예제가 없습니다.",
        "This version holds nothing out.",
    ),
    "example_items_alt": (
        "평가용 질문과 기대하는 답의 표",
        "Table of held-out questions with their expected answers",
    ),
    "example_expected": ("기대하는 답", "Expected answer"),
    "example_ask": ("물어보기", "Ask"),
    "example_ask_this": ("물어보기", "Ask this"),
    "example_export": ("파일로 내보내기", "Export"),
    "example_export_csv_help": (
        "스프레드시트에서 열 수 있습니다. 다시 가져오면 같은 예제집이 됩니다.",
        "For spreadsheets. Imported again, it is the same set.",
    ),
    "example_export_jsonl_help": (
        "한 줄에 예제 하나인 JSON입니다. 다시 가져오면 같은 예제집이 됩니다.",
        "One example a line as JSON. Imported again, it is the same set.",
    ),
}
