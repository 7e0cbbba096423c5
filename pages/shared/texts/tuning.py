"""Beside an adapter: the methods, their limits, and prompting against fine-tuning."""

TEXTS = {
    "method_adapter": (
        "어댑터: 각 층에 작은 신경망을 끼워 넣고 그것만 학습합니다.",
        "Adapters: small networks are inserted into each layer, and only they are trained.",
    ),
    "method_lora": (
        "LoRA: 가중치 행렬에 저랭크 행렬의 곱 B A를 더하고 A와 B만 학습합니다.",
        "LoRA: a low-rank product B A is added to weight matrices, and only A and B are trained.",
    ),
    "method_prefix": (
        "프리픽스 튜닝: 모든 층의 어텐션에서 키와 값 앞에 붙는 벡터를 학습합니다.",
        "Prefix tuning: vectors put before the keys and values of attention in every layer are "
        "trained.",
    ),
    "method_prompt": (
        "프롬프트 튜닝: 입력 임베딩 앞에 붙는 가상 토큰의 벡터만 학습합니다.",
        "Prompt tuning: only the vectors of virtual tokens put before the input embeddings are "
        "trained.",
    ),
    # What an adapter cannot do.
    "peft_limits_1": (
        "모든 경우에 전체 파인튜닝만큼 좋지는 않습니다.",
        "It is not as good as full fine-tuning in every case.",
    ),
    "peft_limits_2": (
        "정확한 전문 지식이 필요한 곳에서는 전체 파인튜닝이 나을 수 있습니다.",
        "Where exact expert knowledge is needed, full fine-tuning may be better.",
    ),
    "peft_limits_3": (
        "새 데이터를 배우게 하려면 다시 학습해야 합니다.",
        "For new data it has to be trained again.",
    ),
    "peft_limits_4": (
        "배운 데이터를 골라서 잊을 수 없고, 자기가 한 말의 출처도 댈 수 없습니다.",
        "It cannot forget chosen data it has learned, nor give sources for what it says.",
    ),
    # Prompt engineering and fine-tuning, row by row.
    "prompt_vs_tuning_prompt": ("프롬프트 엔지니어링", "Prompt engineering"),
    "prompt_vs_tuning_tuning": ("파인튜닝", "Fine-tuning"),
    "prompt_vs_tuning_purpose": ("목적", "Purpose"),
    "prompt_vs_tuning_purpose_prompt": (
        "모델이 이미 할 수 있는 것을 원하는 대로 꺼내 씁니다.",
        "Draw what is wanted out of what the model can already do.",
    ),
    "prompt_vs_tuning_purpose_tuning": (
        "새로운 형식, 말투, 용어가 모델의 몸에 배게 합니다.",
        "Make a new form, tone or vocabulary second nature to the model.",
    ),
    "prompt_vs_tuning_method": ("방법", "Method"),
    "prompt_vs_tuning_method_prompt": (
        "지시, 예제, 참고 자료를 질문과 함께 보냅니다. 가중치는 그대로입니다.",
        "Send instructions, examples and reference text along with the question. No weight "
        "changes.",
    ),
    "prompt_vs_tuning_method_tuning": (
        "질문과 답의 예제로 가중치나 어댑터를 더 학습합니다.",
        "Train the weights or an adapter further, on examples of questions and answers.",
    ),
    "prompt_vs_tuning_pro": ("장점", "Advantage"),
    "prompt_vs_tuning_pro_prompt": (
        "학습 없이 바로 써 보고 바로 고칠 수 있습니다.",
        "Can be tried and changed at once, without training.",
    ),
    "prompt_vs_tuning_pro_tuning": (
        "프롬프트가 짧아도 형식과 말투가 한결같습니다.",
        "Form and tone stay consistent even with a short prompt.",
    ),
    "prompt_vs_tuning_con": ("단점", "Drawback"),
    "prompt_vs_tuning_con_prompt": (
        "질문마다 긴 프롬프트의 시간과 비용이 들고, 문맥 길이를 넘을 수 없습니다.",
        "Every question pays for a long prompt in time and money, and the context length is a "
        "limit.",
    ),
    "prompt_vs_tuning_con_tuning": (
        "좋은 예제와 학습 시간이 필요하고, 자료가 바뀌면 다시 학습해야 합니다.",
        "Needs good examples and time to train, and training again when the data changes.",
    ),
    # The dial from fast to thorough.
    "dial_faster": ("더 빠르게", "Faster"),
    "dial_faster_help": (
        "에폭을 줄이고 랭크를 낮춥니다. 빨리 끝나지만 덜 배울 수 있습니다.",
        "Fewer epochs and a lower rank. Done sooner, but may learn less.",
    ),
    "dial_balanced": ("균형 있게", "Balanced"),
    "dial_balanced_help": (
        "처음 정해 둔 기본 설정: r = 8, alpha = 32, dropout = 0.1.",
        "The founding preset: r = 8, alpha = 32, dropout = 0.1.",
    ),
    "dial_better": ("더 꼼꼼하게", "Better"),
    "dial_better_help": (
        "에폭을 늘리고 랭크를 높입니다. 오래 걸리고, 예제가 적으면 답을 외울 수 있습니다.",
        "More epochs and a higher rank. Takes longer, and with few examples may memorise the "
        "answers.",
    ),
    "term_prompt_engineering_name": ("프롬프트 엔지니어링", "Prompt engineering"),
    "term_prompt_engineering_student": (
        "학생은 그대로 두고 시험지에 적는 말을 다듬는 일입니다.",
        "The student stays as they are; only the words on the exam paper are improved.",
    ),
    "term_prompt_engineering_technical": (
        "모델을 바꾸지 않고 입력에 글을 더하는 일입니다(파인튜닝은 이미 학습된 모델을 새 작업에 "
        "맞게 다시 학습하는 일입니다). 한계는 셋입니다. 배우지 않은 정보는 알 수 없고, 예제를 "
        "질문마다 다시 보내야 하며, 보여 준 예제에 치우칩니다. 첫째는 검색(RAG)이, 나머지는 "
        "파인튜닝이 덜어 줍니다.",
        "Adding text to the input without changing the model (fine-tuning retrains a pre-trained "
        "model for a new task). Three limits: it knows nothing the model has not learnt, the "
        "examples are sent with every question, and answers lean towards the examples shown. "
        "Retrieval (RAG) helps with the first, fine-tuning with the others.",
    ),
    "term_few_shot_name": ("퓨샷", "Few-shot"),
    "term_few_shot_student": (
        "시험 직전에 비슷한 문제와 모범 답안 몇 개를 보여 주는 일입니다.",
        "Showing a few similar problems with model answers just before the exam.",
    ),
    "term_few_shot_technical": (
        "질문 앞에 질문과 답의 예제 k개를 넣습니다. 데이터가 적어도 되고 새 작업에 빨리 "
        "적응하지만, 예제의 선택과 순서에 민감하고 예제 밖으로는 잘 일반화되지 않습니다. 예제의 "
        "토큰 비용은 질문마다 듭니다.",
        "k examples of question and answer stand before the question. Little data is enough and "
        "it adapts quickly, but it is sensitive to the choice and order of the examples and does "
        "not generalise well beyond them. Their tokens are paid with every question.",
    ),
}
