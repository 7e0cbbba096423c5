"""What can go wrong with examples, templates, JSON answers and shared files."""

TEXTS = {
    "error_unknown_set": (
        "예제집 {set}이(가) 없습니다.",
        "There is no example set named {set}.",
    ),
    "next_unknown_set": (
        "열 설정에서 다른 예제집을 고르거나 예제 페이지에서 만드세요.",
        "Choose another one in the column's settings, or make it on the Examples page.",
    ),
    "error_bad_schema": (
        "JSON Schema를 쓸 수 없습니다: {reason}",
        "This JSON Schema cannot be used: {reason}",
    ),
    "next_bad_schema": (
        "열 설정에서 스키마를 고치세요. 바뀌기 전의 레시피가 그대로 남아 있습니다.",
        "Correct the schema in the column's settings. The recipe is as it was before.",
    ),
    "error_bad_recipe_file": (
        "파일을 열 수 없습니다: {reason}",
        "The file cannot be opened: {reason}",
    ),
    "next_bad_recipe_file": (
        "그 줄을 고쳐 다시 여세요. 지금의 열은 그대로입니다.",
        "Correct that line and open it again. The columns are as they were.",
    ),
    "reason_bad_recipe_file_yaml": (
        "{line}번째 줄을 YAML로 읽을 수 없습니다({problem})",
        "line {line} is not valid YAML ({problem})",
    ),
    "next_bad_recipe_file_yaml": (
        "따옴표, 콜론, 들여쓰기를 확인하세요.",
        "Check quotes, colons and indentation.",
    ),
    "reason_bad_recipe_file_tab": (
        "{line}번째 줄이 탭으로 들여쓰여 있습니다",
        "line {line} is indented with a tab",
    ),
    "next_bad_recipe_file_tab": (
        "탭을 공백으로 바꾸세요.",
        "Use spaces instead of tabs.",
    ),
    "reason_bad_recipe_file_encoding": (
        "{line}번째 줄의 글자가 깨졌습니다",
        "characters in line {line} were lost",
    ),
    "next_bad_recipe_file_encoding": (
        "UTF-8로 다시 저장하세요.",
        "Save the file as UTF-8.",
    ),
    "reason_bad_recipe_file_alias": (
        "{line}번째 줄의 앵커나 별칭 {name}은(는) 쓸 수 없습니다",
        "line {line} uses the anchor or alias {name}",
    ),
    "next_bad_recipe_file_alias": (
        "내용을 그대로 적으세요.",
        "Write the content out.",
    ),
    "reason_bad_recipe_file_tag": (
        "{line}번째 줄에 태그 {name}이(가) 있습니다",
        "line {line} has the tag {name}",
    ),
    "next_bad_recipe_file_tag": (
        "태그를 지우세요.",
        "Remove the tag.",
    ),
    "reason_bad_recipe_file_duplicate_key": (
        "{field}이(가) {first_line}번째와 {line}번째 줄에 두 번 있습니다",
        "{field} stands in line {first_line} and in line {line}",
    ),
    "next_bad_recipe_file_duplicate_key": (
        "하나를 지우세요.",
        "Remove one of them.",
    ),
    "reason_bad_recipe_file_too_deep": (
        "중첩이 {limit}단계를 넘습니다",
        "it is nested deeper than {limit} levels",
    ),
    "next_bad_recipe_file_too_deep": (
        "구조를 줄이세요.",
        "Make it flatter.",
    ),
    "reason_bad_recipe_file_too_large": (
        "{limit}바이트를 넘습니다",
        "it is larger than {limit} bytes",
    ),
    "next_bad_recipe_file_too_large": (
        "긴 글이나 예제를 빼세요.",
        "Leave out long texts or examples.",
    ),
    "reason_bad_recipe_file_not_a_comparison": (
        "Narani 비교 파일이 아닙니다",
        "this is no Narani comparison",
    ),
    "next_bad_recipe_file_not_a_comparison": (
        "비교 화면의 공유에서 저장한 파일을 고르세요.",
        "Choose a file that was saved from Share on the Compare page.",
    ),
    "reason_bad_recipe_file_version": (
        "파일 형식 {found}은(는) 읽을 수 없고 {known}만 읽습니다",
        "form {found} is unknown here (known: {known})",
    ),
    "next_bad_recipe_file_version": (
        "Narani를 업데이트하거나 이 버전에서 저장한 파일을 여세요.",
        "Update Narani, or open a file saved by this version.",
    ),
    "reason_bad_recipe_file_no_columns": (
        "열이 없습니다",
        "there is no column",
    ),
    "next_bad_recipe_file_no_columns": (
        "columns: 아래에 모델을 하나 이상 적으세요.",
        "Name at least one model under columns:.",
    ),
    "reason_bad_recipe_file_too_many": (
        "{line}번째 줄부터 열이 {limit}개를 넘습니다",
        "from line {line} on there are more than {limit} columns",
    ),
    "next_bad_recipe_file_too_many": (
        "나머지를 지우세요.",
        "Remove the rest.",
    ),
    "reason_bad_recipe_file_unknown_field": (
        "{line}번째 줄의 {field}은(는) 없는 항목입니다",
        "line {line} names the unknown field {field}",
    ),
    "next_bad_recipe_file_unknown_field": (
        "쓸 수 있는 항목: {known}",
        "Known fields: {known}",
    ),
    "reason_bad_recipe_file_bad_value": (
        "{line}번째 줄 {field}의 값이 맞지 않습니다({reason})",
        "line {line}: the value of {field} is wrong ({reason})",
    ),
    "next_bad_recipe_file_bad_value": (
        "그 값을 고쳐 다시 여세요.",
        "Correct that value and open it again.",
    ),
    "reason_bad_recipe_file_unreadable": (
        "{file}을(를) 열 수 없습니다",
        "{file} cannot be opened",
    ),
    "next_bad_recipe_file_unreadable": (
        "경로를 확인하세요.",
        "Check the path.",
    ),
    "reason_bad_schema_not_json": (
        "올바른 JSON이 아닙니다({line}줄 {column}열)",
        "it is not valid JSON (line {line}, column {column})",
    ),
    "next_bad_schema_not_json": (
        "그 자리의 쉼표와 따옴표를 확인하세요.",
        "Check commas and quotes there.",
    ),
    "reason_bad_schema_not_object": (
        "{{ }}로 된 JSON 객체가 아닙니다",
        "it is no JSON object in {{ }}",
    ),
    "next_bad_schema_not_object": (
        '{{"type": "object"}}처럼 적으세요.',
        'Start with {{"type": "object"}}.',
    ),
    "reason_bad_schema_too_large": (
        "너무 깁니다(최대 {limit}자)",
        "it is too long (at most {limit} characters)",
    ),
    "next_bad_schema_too_large": (
        "설명을 줄이세요.",
        "Shorten its descriptions.",
    ),
    "reason_bad_schema_too_deep": (
        "너무 깊게 중첩되어 있습니다",
        "it is nested too deeply",
    ),
    "next_bad_schema_too_deep": (
        "$defs로 나누세요.",
        "Split it with $defs.",
    ),
    "reason_bad_schema_invalid": (
        "{path} 부분을 쓸 수 없습니다",
        "it cannot be used at {path}",
    ),
    "next_bad_schema_invalid": (
        "그 부분을 고친 뒤 다시 시도하세요.",
        "Correct that part and try again.",
    ),
    "reason_bad_schema_remote_ref": (
        "{path}가 외부 주소 {reference}를 가리킵니다",
        "{path} refers to {reference}",
    ),
    "next_bad_schema_remote_ref": (
        "외부에서는 아무것도 가져오지 않습니다. $defs 안으로 옮기세요.",
        "Nothing is fetched: move that part into $defs.",
    ),
    "error_choosing": (
        "예제를 고르지 못했습니다: {reason}",
        "The examples could not be chosen: {reason}",
    ),
    "next_choosing": (
        "열 설정에서 예제를 고르는 방법을 바꾸고 다시 물어보세요.",
        "Choose another way of choosing in the column's settings and ask again.",
    ),
    "reason_choosing_too_many_to_embed": (
        "{set}의 학습 예제가 {count}개라 의미로 비교할 수 없습니다(최대 {limit}개)",
        "{set} has {count} training examples; comparing by meaning takes at most {limit}",
    ),
    "next_choosing_too_many_to_embed": (
        "열 설정에서 낱말 기준을 고르거나 예제집을 줄이세요.",
        "Compare by words in the column's settings, or use a smaller set.",
    ),
    "reason_choosing_not_stored": (
        "{set}의 색인을 저장하거나 읽지 못했습니다",
        "the index of {set} could not be written or read",
    ),
    "next_choosing_not_stored": (
        "디스크 공간과 권한을 확인하고 다시 물어보세요.",
        "Check disk space and permissions, then ask again.",
    ),
    "reason_choosing_no_package": (
        "임베더에 필요한 패키지가 없습니다",
        "a package that the embedder needs is missing",
    ),
    "next_choosing_no_package": (
        "열 설정에서 낱말 기준을 고르거나 다른 임베더를 고르세요.",
        "Compare by words in the column's settings, or choose another embedder.",
    ),
    "reason_choosing_index_broken": (
        "{set}의 색인이 손상되었습니다",
        "the index of {set} is damaged",
    ),
    "next_choosing_index_broken": (
        "다시 물어보면 색인을 새로 만듭니다.",
        "Ask again: it is made anew.",
    ),
    "reason_bad_examples_no_answer": ("답이 비어 있습니다", "the answer is empty"),
    "next_bad_examples_no_answer": (
        "어떻게 답했어야 하는지 적고 다시 추가하세요.",
        "Write what the answer should have been and add it again.",
    ),
}
