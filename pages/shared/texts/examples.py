"""The Examples page."""

TEXTS = {
    "nav_examples": ("예제", "Examples"),
    "examples_title": ("예제", "Examples"),
    "examples_intro": (
        "모델에게 보여 주거나 학습시킬 질문과 답을 예제집으로 모으고, 버전을 비교하고, 시험 문항이 "
        "새지 않았는지 확인합니다.",
        "Keep questions with good answers in sets, to show to models or to train on; compare "
        "versions, and check that held-out items are known nowhere else.",
    ),
    "examples_empty": (
        "아직 예제집이 없습니다. 새로 만들어 붙여 넣거나 아래에 파일을 올리세요.",
        "There is no example set yet. Make one by pasting, or drop a file below.",
    ),
    "examples_tab_edit": ("편집", "Edit"),
    "examples_tab_add": ("파일 가져오기", "Import a file"),
    "examples_tab_look": ("통계", "Statistics"),
    "examples_tab_versions": ("버전", "Versions"),
    "examples_tab_leaks": ("누출 검사", "Leaks"),
    "examples_tab_use": ("활용", "Use"),
    # ---- head ----
    "example_new": ("새 예제집", "New set"),
    "example_name": ("예제집 이름", "Name of the set"),
    "example_paste": ("예제 붙여 넣기", "Paste examples"),
    "example_paste_sample": ("질문 => 답", "question => answer"),
    "example_paste_help": (
        "한 줄에 하나씩 ‘질문 => 답’으로 쓰거나, 스프레드시트에서 두 열을 복사해 붙여 넣으세요.",
        "One a line as “question => answer”, or two columns copied from a spreadsheet.",
    ),
    "example_make": ("만들기", "Make it"),
    "example_made": (
        "예제 {count}개로 {name} 예제집을 만들었습니다.",
        "Made the set {name} with {count} examples.",
    ),
    "example_facts": (
        "예제 {size}개(학습 {train} · 평가 {test})",
        "{size} examples ({train} to learn, {test} held out)",
    ),
    "example_columns": ("열: {names}", "columns: {names}"),
    "example_tags": ("태그: {names}", "tags: {names}"),
    "example_unused": (
        "아직 이 예제집을 쓴 답변이나 어댑터가 없습니다.",
        "No answer and no adapter has used it yet.",
    ),
    "example_used": ("답변 {answers}개에 쓰임", "used by {answers} answers"),
    "example_taught": ("학습한 어댑터: {names}", "learnt by the adapters {names}"),
    # ---- import ----
    "example_upload": ("예제 파일을 여기에 놓으세요", "Drop a file of examples here"),
    "example_upload_help": (
        "CSV, TSV, JSON, JSONL, XLSX. 최대 {megabytes} MB, 200,000행입니다. 열 이름은 다음 단계에서 "
        "고릅니다.",
        "CSV, TSV, JSON, JSONL or XLSX; up to {megabytes} MB and 200,000 rows. You say next what "
        "each column means.",
    ),
    "example_opening": ("파일을 여는 중", "Opening the file"),
    "example_drop_file": ("파일 빼기", "Put the file away"),
    "example_part_question": ("질문 열", "Question"),
    "example_part_question_help": (
        "모델에게 물을 글이 든 열입니다.",
        "The column with what is asked.",
    ),
    "example_part_answer": ("답 열", "Answer"),
    "example_part_answer_help": (
        "모범 답이나 라벨이 든 열입니다.",
        "The column with good answers, or labels.",
    ),
    "example_part_tags": ("태그 열", "Tags"),
    "example_part_tags_help": (
        "한 칸에 태그가 여럿이면 쌍반점(;)이나 쉼표로 나눕니다.",
        "Several tags in a cell stand between semicolons or commas.",
    ),
    "example_part_split": ("구분 열", "Side"),
    "example_part_split_help": (
        "train/test, 학습/평가처럼 어느 쪽인지 적힌 열입니다. 비어 있는 칸은 질문 내용으로 정합니다.",
        "Its cells say train or test. Where one is empty, the question decides.",
    ),
    "example_part_fields": ("함께 보관할 열", "Other columns to keep"),
    "example_part_fields_help": (
        "프롬프트 템플릿의 변수로 쓸 수 있습니다.",
        "They can be used as variables in prompt templates.",
    ),
    "example_part_none": ("없음", "none"),
    "example_joined": (
        "{column} 열의 글은 질문 아래에 이어 붙입니다. 따로 두려면 ‘함께 보관할 열’에 넣으세요.",
        "The text of {column} goes below the question. To keep it apart, add it to the other "
        "columns.",
    ),
    "example_line": ("줄", "Line"),
    "example_preview_alt": (
        "파일의 처음 몇 행을 예제로 읽은 모습",
        "The first rows of the file, read as examples",
    ),
    "example_into": ("어디에 넣을까요", "Where it goes"),
    "example_into_help": (
        "추가와 교체는 새 버전을 만듭니다. 이전 버전은 그대로 남습니다.",
        "Adding and replacing make a new version. The versions before stay as they are.",
    ),
    "example_into_new": ("새 예제집", "New set"),
    "example_into_append": ("기존 예제집에 추가", "Add to a set"),
    "example_into_replace": ("기존 예제집을 교체", "Replace a set"),
    "example_share": ("평가용으로 떼어 둘 비율", "Share held out"),
    "example_share_help": (
        "질문 내용으로 정해지므로 같은 질문은 언제나 같은 쪽에 있습니다. 구분 열이 있으면 그 값이 "
        "먼저입니다.",
        "The question itself decides, so it is always on the same side. A side column comes first.",
    ),
    "example_note": ("버전 메모(선택)", "Note on this version (optional)"),
    "example_import": ("가져오기", "Import"),
    "example_reading": ("{rows}행 읽음", "{rows} rows read"),
    "example_saving": ("{rows}행 저장하는 중", "storing {rows} rows"),
    "example_import_leave": (
        "다른 페이지로 가도 계속됩니다. 중지하면 예제집은 그대로입니다.",
        "It goes on when you leave this page. When stopped, the set stays as it is.",
    ),
    "example_import_stopped": (
        "가져오기를 중지했습니다. 바뀐 예제집은 없습니다.",
        "The import was stopped. No set was changed.",
    ),
    "example_import_kept": (
        "바뀐 예제집은 없습니다. 파일도 위에 그대로 있습니다.",
        "No set was changed, and the file is still here.",
    ),
    "example_imported": (
        "{name} v{version} · {rows}행을 읽어 예제 {new}개를 넣었습니다. 학습 {train} · 평가 {test} "
        "({time})",
        "{name} v{version} · read {rows} rows, {new} new examples; {train} to learn, {test} held "
        "out ({time})",
    ),
    "example_found_duplicates": (
        "질문과 답이 모두 같은 행 {count}개는 뺐습니다.",
        "{count} rows repeat another one's question and answer and were left out.",
    ),
    "example_found_several": (
        "답이 여럿인 질문이 {count}개 있습니다. 통계 탭에서 확인하세요.",
        "{count} questions have several answers; look at them under Statistics.",
    ),
    "example_found_sides": (
        "파일에서 학습과 평가 양쪽에 있는 질문 {count}개는 처음 나온 쪽에 두었습니다.",
        "{count} questions stand on both sides in the file; the first place counts.",
    ),
    "example_found_spelled": (
        "띄어쓰기나 조사만 다른 라벨이 {count}가지 있습니다. 비교할 때는 같은 라벨로 봅니다.",
        "{count} labels are written in several ways. They count as equal when compared.",
    ),
    "example_found_nothing": (
        "되풀이되는 질문이나 여러 가지로 쓴 라벨이 없습니다.",
        "No question repeats, and every label is written in one way.",
    ),
    "example_spelled_as": ("여러 가지 표기(횟수)", "Spellings (how often)"),
    "example_spelled_alt": (
        "여러 가지로 쓴 라벨의 표",
        "Table of labels that are written in several ways",
    ),
    "example_count": ("예제 수", "Examples"),
    # ---- edit ----
    "example_grid_alt": ("편집할 수 있는 예제 표", "Editable table of examples"),
    "example_rows": ("{count}개", "{count} examples"),
    "example_grid_help": (
        "칸을 눌러 고치고, 맨 아래 줄에 새 예제를 쓰고, 줄을 골라 지우세요. 번호를 바꾸면 자리가 "
        "옮겨집니다.",
        "Click a cell to edit it, write new examples in the last row, select rows to delete them. "
        "Another number moves a row.",
    ),
    "example_number": ("번호", "No."),
    "example_number_help": (
        "예제집에서의 순서입니다. 다른 번호를 쓰면 저장할 때 그 자리로 옮깁니다.",
        "Its place in the set. Another number moves it there when you save.",
    ),
    "example_side_help": (
        "한 질문은 언제나 같은 쪽에 있으므로 바꿀 수 없습니다. 질문을 고치면 새 질문이 되어 내용에 "
        "따라 정해집니다.",
        "A question never changes sides, so this cannot be edited. An edited question is a new one "
        "and is placed by its content.",
    ),
    "example_side_new": ("저장할 때 정해짐", "decided on saving"),
    "example_unsaved": ("저장하지 않은 변경:", "Not saved yet:"),
    "example_unsaved_edited": ("수정 {count}", "{count} edited"),
    "example_unsaved_added": ("추가 {count}", "{count} added"),
    "example_unsaved_moved": ("이동 {count}", "{count} moved"),
    "example_unsaved_removed": ("삭제 {count}", "{count} deleted"),
    "example_discard": ("변경 버리기", "Discard"),
    "example_saving_now": ("새 버전을 저장하는 중", "Storing a new version"),
    "example_saved": ("v{version}(으)로 저장했습니다.", "Saved as v{version}."),
    "example_unchanged": (
        "v{version}과(와) 달라진 것이 없습니다.",
        "Nothing differs from v{version}.",
    ),
    "example_repeated": (
        "질문과 답이 모두 같은 {count}개는 뺐습니다.",
        "{count} that repeat another one were left out.",
    ),
    "example_too_long": (
        "{rows}번의 글은 {limit}자가 넘어 여기서 고칠 수 없고, 고친 내용은 저장되지 않습니다. "
        "파일로 내보내 고친 뒤 다시 가져오세요.",
        "Rows {rows} hold texts of more than {limit} characters. They cannot be edited here and "
        "what you typed there will not be saved; export the set, edit the file, import it.",
    ),
    "example_overtaken": (
        "v{mine}을(를) 고치는 동안 v{newest}이(가) 저장되었습니다. 지금 저장하면 v{mine}에 고친 "
        "내용을 더한 것이 최신 버전이 됩니다.",
        "v{newest} was stored while you edited v{mine}. Saving makes v{mine} with your changes the "
        "newest version.",
    ),
    "example_take_newest": (
        "내 변경을 버리고 v{version} 보기",
        "Discard mine and show v{version}",
    ),
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
