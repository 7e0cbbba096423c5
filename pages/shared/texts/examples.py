"""The Examples page: its head, importing, editing."""

TEXTS = {
    "nav_examples": ("예제", "Examples"),
    "examples_title": ("예제", "Examples"),
    "examples_intro": (
        "모델에게 보여 주거나 학습시킬 질문과 답을 예제집으로 모으고, 버전을 비교하고, 평가 문항이 "
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
        "No question repeats, and no label has several spellings.",
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
}
