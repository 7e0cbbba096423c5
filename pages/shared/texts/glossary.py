"""What the words of training mean: terms (as a student's story and technically), methods, limits.

The analogies are one story: the base model is a student with a printed textbook, the examples are
a workbook, and what is trained are notes; with LoRA they go on a transparent sheet over the book.
"""

TEXTS = {
    # The student's story.
    "term_base_model_name": ("베이스 모델", "Base model"),
    "term_base_model_student": (
        "학교를 마친 학생입니다. 아는 것은 모두 두꺼운 교과서 한 권에 적혀 있고, 우리 일은 아직 "
        "배우지 않았습니다.",
        "A student who has finished school. All they know stands in one thick textbook, and our "
        "own work is not in it yet.",
    ),
    "term_base_model_technical": (
        "많은 글로 미리 학습한 모델이며, 추가 학습은 그 가중치 W0에서 출발합니다. LoRA를 학습하는 "
        "동안 W0는 바뀌지 않습니다.",
        "A model already trained on a large amount of text; further training starts from its "
        "weights W0. While a LoRA is trained, W0 does not change.",
    ),
    "term_train_name": ("학습", "Training"),
    "term_train_student": (
        "학생이 문제집을 풀고, 답안지와 맞춰 보고, 틀린 만큼 필기를 고치는 공부입니다.",
        "Studying: the student works through a workbook, compares with the answer key, and "
        "corrects the notes by how wrong they were.",
    ),
    "term_train_technical": (
        "예제의 다음 토큰을 예측할 때의 교차 엔트로피 손실이 줄어들도록, 경사 하강법으로 "
        "매개변수를 한 단계씩 조정하는 일입니다.",
        "Adjusting parameters step by step by gradient descent, so that the cross-entropy loss of "
        "predicting the next token of the examples falls.",
    ),
    "term_tokenizer_name": ("토크나이저", "Tokenizer"),
    "term_tokenizer_student": (
        "학생이 글을 조각으로 끊어 읽는 방법입니다. 교과서도 문제집도 같은 방법으로 끊어 읽어야 "
        "뜻이 통합니다.",
        "How the student breaks text into pieces to read it. Textbook and workbook have to be "
        "read in the same pieces, or they make no sense together.",
    ),
    "term_tokenizer_technical": (
        "글을 정해진 어휘의 토큰으로 나누어 정수 ID로 바꾸고, ID를 다시 글로 되돌립니다. 어댑터는 "
        "학습할 때 쓴 토크나이저와 함께 써야 합니다.",
        "Splits text into tokens of a fixed vocabulary, maps them to integer IDs, and turns IDs "
        "back into text. An adapter has to be used with the tokenizer it was trained with.",
    ),
    "term_epochs_name": ("에폭", "Epochs"),
    "term_epochs_student": (
        "문제집을 처음부터 끝까지 몇 번 푸는지입니다. 너무 적으면 덜 배우고, 너무 많으면 답만 "
        "외웁니다.",
        "How often the student works through the whole workbook. Too few and little is learned; "
        "too many and the answers are only memorised.",
    ),
    "term_epochs_technical": (
        "학습 데이터 전체를 한 번 도는 것이 1에폭입니다. 예제가 N개, 배치 크기가 b이면 1에폭은 "
        "N/b를 올림한 수만큼의 갱신입니다.",
        "One epoch is one full pass over the training data. With N examples and batch size b, an "
        "epoch is N/b updates, rounded up.",
    ),
    "term_batch_size_name": ("배치 크기", "Batch size"),
    "term_batch_size_student": (
        "문제를 몇 개 풀고 나서 답안지를 보고 필기를 한 번 고치는지입니다. 여러 문제를 함께 보면 "
        "한 문제에 휘둘리지 않습니다.",
        "How many problems the student solves before checking the answer key and correcting the "
        "notes once. Looking at several together, no single problem sways them.",
    ),
    "term_batch_size_technical": (
        "가중치를 한 번 갱신할 때 손실의 기울기를 함께 평균하는 예제 수입니다. 크면 기울기가 "
        "안정되지만 메모리를 더 쓰고 에폭당 갱신이 줄어듭니다.",
        "The number of examples over which the gradient of the loss is averaged for one update. "
        "Larger batches give steadier gradients, take more memory, and mean fewer updates per "
        "epoch.",
    ),
    "term_learning_rate_name": ("학습률", "Learning rate"),
    "term_learning_rate_student": (
        "답안지를 볼 때마다 필기를 얼마나 크게 고치는지입니다. 너무 크게 고치면 오락가락하고, "
        "너무 조금 고치면 공부가 더딥니다.",
        "How much the student changes the notes at each check. Too much and they swing back and "
        "forth; too little and studying takes forever.",
    ),
    "term_learning_rate_technical": (
        "갱신 한 번의 크기를 정하는 계수입니다. 옵티마이저가 기울기에서 구한 변화량에 이 값을 "
        "곱하며, 너무 크면 손실이 발산하고 너무 작으면 느리게 줄어듭니다.",
        "The factor that sets the size of an update: the step the optimiser derives from the "
        "gradient is multiplied by it. Too large and the loss diverges; too small and it falls "
        "slowly.",
    ),
    "term_weight_decay_name": ("가중치 감쇠", "Weight decay"),
    "term_weight_decay_student": (
        "필기를 고칠 때마다 전체를 지우개로 살짝 문지릅니다. 문제집에 거듭 나오는 것만 진하게 "
        "남습니다.",
        "At every correction the student rubs lightly over all the notes. Only what keeps coming "
        "up in the workbook stays dark.",
    ),
    "term_weight_decay_technical": (
        "갱신할 때마다 학습하는 가중치에 (1 - 학습률 × 감쇠 계수)를 곱해 0 쪽으로 줄이는 "
        "규제입니다(AdamW). LoRA에서는 A와 B에만 적용됩니다.",
        "Regularisation that shrinks the trained weights towards 0, multiplying them by (1 - "
        "learning rate × decay) at each update (AdamW). With LoRA it acts on A and B only.",
    ),
    "term_gradient_clipping_name": ("기울기 클리핑", "Gradient clipping"),
    "term_gradient_clipping_student": (
        "한 번 크게 틀렸다고 당황해서 필기를 뒤엎지 않도록, 한 번에 반영할 양에 한도를 둡니다. "
        "고치는 방향은 그대로입니다.",
        "A limit on how much one check may count, so that one bad mistake does not make the "
        "student panic and overturn the notes. The direction of the correction stays the same.",
    ),
    "term_gradient_clipping_technical": (
        "모든 기울기를 합친 L2 노름이 한도를 넘으면 기울기에 (한도 / 노름)을 곱합니다. 크기만 "
        "줄고 방향은 바뀌지 않습니다.",
        "When the L2 norm of all gradients together exceeds a limit, they are multiplied by "
        "(limit / norm). Only the size shrinks; the direction does not change.",
    ),
    "term_sequence_length_name": ("시퀀스 길이", "Sequence length"),
    "term_sequence_length_student": (
        "책상에 한 번에 펼칠 수 있는 문제의 길이입니다. 더 긴 문제는 책상을 벗어난 부분을 읽지 "
        "못합니다.",
        "How long a problem can be laid out on the student's desk at once. Of a longer one, the "
        "rest does not fit and goes unread.",
    ),
    "term_sequence_length_technical": (
        "학습 예제 하나의 최대 토큰 수로, 질문과 답을 합친 길이입니다. 더 긴 예제는 잘리고, "
        "길이가 길수록 메모리와 계산이 늘어납니다.",
        "The most tokens one training example may have, question and answer together. Longer ones "
        "are cut; memory and computation grow with the length.",
    ),
    "term_peft_name": ("PEFT(매개변수 효율 파인튜닝)", "PEFT (Parameter-Efficient Fine-Tuning)"),
    "term_peft_student": (
        "교과서를 통째로 고쳐 쓰는 대신, 교과서는 그대로 두고 얇은 필기만 더하는 공부법입니다.",
        "A way of studying: instead of rewriting the textbook, the student leaves it as it is and "
        "adds a thin set of notes.",
    ),
    "term_peft_technical": (
        "베이스 가중치를 모두 또는 대부분 고정하고 적은 수의 매개변수만 학습하는 방법들을 함께 "
        "이르는 말입니다.",
        "The family of methods that freeze all or most of the base weights and train only a small "
        "number of parameters.",
    ),
    "term_lora_name": ("LoRA(저랭크 적응)", "LoRA (Low-Rank Adaptation)"),
    "term_lora_student": (
        "교과서 위에 투명 필름을 덮고 필기는 필름에만 합니다. 필름을 걷으면 원래 교과서가 그대로 "
        "있습니다.",
        "The student lays a transparent sheet over the textbook and writes on the sheet only. "
        "Lift it, and the textbook is as it was.",
    ),
    "term_lora_technical": (
        "W0는 고정하고 h = W0 x + (alpha/r) B A x에서 A(r × d_in)와 B(d_out × r)만 학습합니다. "
        "학습하는 매개변수는 행렬마다 r (d_in + d_out)개이고, B가 0에서 시작하므로 처음에는 "
        "베이스와 같습니다.",
        "W0 stays frozen; in h = W0 x + (alpha/r) B A x only A (r × d_in) and B (d_out × r) are "
        "trained. That is r (d_in + d_out) trainable parameters per matrix, and as B starts at 0, "
        "the model starts equal to its base.",
    ),
    "term_qlora_name": ("QLoRA(양자화한 베이스의 LoRA)", "QLoRA (LoRA on a quantised base)"),
    "term_qlora_student": (
        "교과서를 글씨를 줄인 문고판으로 바꾸고 그 위에 투명 필름을 덮습니다. 책상에서 차지하는 "
        "자리는 훨씬 작아지고, 필름의 글씨는 또렷한 그대로입니다.",
        "The student swaps the textbook for a pocket edition in small print and lays the "
        "transparent sheet over that. It takes far less room on the desk, and the writing on the "
        "sheet stays sharp.",
    ),
    "term_qlora_technical": (
        "고정된 베이스를 4비트(NF4)로 저장해 두고 계산할 때만 보통 16비트로 되돌리는 LoRA입니다. "
        "기울기는 양자화된 베이스를 지나 더 높은 정밀도로 저장된 A와 B로 전해집니다.",
        "LoRA with the frozen base stored in 4 bits (NF4) and turned back, usually into 16 bits, "
        "only to compute. Gradients pass through the quantised base into A and B, which are kept "
        "in higher precision.",
    ),
    # Further settings, in the same story.
    "term_rank_name": ("랭크(r)", "Rank (r)"),
    "term_rank_student": (
        "필름에 필기할 수 있는 줄의 수입니다. 줄이 많으면 더 많이 적을 수 있지만, 시간이 더 들고 "
        "문제집을 통째로 베끼기 쉽습니다.",
        "How many lines the transparent sheet has for notes. More lines hold more, but take "
        "longer to fill and tempt the student to copy the workbook.",
    ),
    "term_rank_technical": (
        "A와 B 사이의 차원 r입니다. B A의 랭크는 r을 넘지 못하며, 학습하는 매개변수 r (d_in + "
        "d_out)개는 r에 비례합니다.",
        "The dimension r between A and B. The rank of B A is at most r, and the r (d_in + d_out) "
        "trainable parameters grow in proportion to r.",
    ),
    "term_alpha_name": ("알파(alpha)", "Alpha"),
    "term_alpha_student": (
        "필름에 쓰는 펜의 굵기입니다. 굵을수록 필기가 교과서 글씨보다 눈에 띕니다.",
        "How thick a pen the student writes on the sheet with. The thicker it is, the more the "
        "notes stand out over the print.",
    ),
    "term_alpha_technical": (
        "B A x에 alpha/r을 곱하는 상수로, 학습하지 않습니다. r = 8, alpha = 32이면 4를 곱합니다.",
        "A constant, not trained: B A x is multiplied by alpha/r. With r = 8 and alpha = 32 that "
        "is 4.",
    ),
    "term_dropout_name": ("드롭아웃", "Dropout"),
    "term_dropout_student": (
        "공부하는 동안 문제의 단서 몇 개를 그때그때 무작위로 가려, 단서 하나에만 기대지 않게 "
        "합니다. 시험 때는 가리지 않습니다.",
        "While studying, a few clues in each problem are covered at random, so that the student "
        "does not rely on a single one. In the exam nothing is covered.",
    ),
    "term_dropout_technical": (
        "학습할 때 LoRA 갈래로 들어가는 x의 각 값을 확률 p로 0으로 만들고 나머지는 1/(1 - p)배로 "
        "키웁니다. 답할 때는 쓰지 않습니다.",
        "In training, each value of x entering the LoRA branch is set to 0 with probability p, "
        "and the rest are multiplied by 1/(1 - p). It is off when the model answers.",
    ),
    "term_replay_name": ("복습 예제(리플레이)", "Replay"),
    "term_replay_student": (
        "새 문제집 사이에 예전에 풀던 평범한 문제를 섞어 복습합니다. 그래야 모를 때 "
        "‘모르겠습니다’라고 답하는 것 같은 습관을 잊지 않습니다.",
        "Ordinary problems from before are mixed into the new workbook as revision, so that the "
        "student does not unlearn habits such as saying “I don't know” when they do not.",
    ),
    "term_replay_technical": (
        "학습 데이터에 일반적인 예제를 일정 비율로 섞어, 새 데이터만 학습할 때 이전 능력이 "
        "무너지는 파국적 망각을 줄입니다.",
        "A share of ordinary examples is mixed into the training data, to lessen catastrophic "
        "forgetting: the loss of earlier abilities when only new data is trained on.",
    ),
    "term_held_out_name": ("평가용 예제", "Held-out examples"),
    "term_held_out_student": (
        "공부할 때는 한 번도 보여 주지 않고 봉해 둔 시험 문제입니다. 외웠는지 배웠는지 이것으로 "
        "압니다.",
        "Exam problems kept sealed and never shown while studying. They tell whether the student "
        "learned or only memorised.",
    ),
    "term_held_out_technical": (
        "데이터에서 떼어 두고 절대 학습에 쓰지 않는 부분(테스트 분할)입니다. 학습 전후의 점수를 "
        "여기서 재어, 처음 보는 질문에도 통하는지 확인합니다.",
        "The part of the data set aside and never trained on (the test split). Scores before and "
        "after training are measured on it, to see whether what was learned carries over to "
        "unseen questions.",
    ),
    "term_seed_name": ("시드", "Seed"),
    "term_seed_student": (
        "문제집의 순서를 섞을 때 쓰는 번호입니다. 같은 번호면 다음에도 같은 순서로 공부합니다.",
        "The number by which the workbook is shuffled. With the same number, the student studies "
        "in the same order next time.",
    ),
    "term_seed_technical": (
        "예제 순서, A의 초깃값, 드롭아웃을 정하는 난수 생성기의 시작값입니다. 데이터, 설정, 버전, "
        "하드웨어까지 같아야 결과가 거의 같게 되풀이됩니다.",
        "The starting value of the random generator behind the order of examples, the initial A, "
        "and dropout. Results repeat, nearly exactly, only if data, settings, versions and "
        "hardware are the same too.",
    ),
    "term_scale_name": ("어댑터 강도", "Adapter strength"),
    "term_scale_student": (
        "공부가 끝난 뒤 필름의 진하기를 조절하는 손잡이입니다. 0이면 교과서만 보이고, 1이면 "
        "공부한 그대로이며, 1을 넘으면 더 진해집니다.",
        "A knob for how dark the sheet is once studying is over. At 0 only the textbook shows, 1 "
        "is as studied, and above 1 the notes get darker still.",
    ),
    "term_scale_technical": (
        "답할 때 어댑터의 몫에 곱하는 수 s입니다. h = W0 x + s (alpha/r) B A x이며, s = 0이면 "
        "베이스, s = 1이면 학습한 그대로입니다.",
        "The factor s on the adapter's part when answering: h = W0 x + s (alpha/r) B A x. s = 0 "
        "is the base, s = 1 is as trained.",
    ),
    "term_quantisation_name": ("양자화", "Quantisation"),
    "term_quantisation_student": (
        "교과서를 글씨를 줄여 문고판으로 찍는 일입니다. 두께는 4분의 1이 되지만 가는 획은 조금 "
        "뭉개집니다.",
        "Printing the textbook as a pocket edition in small print. It gets four times thinner, "
        "but the finest strokes blur a little.",
    ),
    "term_quantisation_technical": (
        "가중치를 더 적은 비트로 저장하는 일입니다. 32비트 실수를 8비트로 바꾸면 4배 "
        "작아지고(블록별 배율을 저장할 자리는 조금 더 듭니다), 반올림 오차가 생깁니다.",
        "Storing weights in fewer bits. From 32-bit floats to 8 bits they become 4 times smaller "
        "(scale factors per block add a little), at the price of rounding errors.",
    ),
    # Four methods, one line each.
}
