"""Words of other languages than English that name metrics and roles, and what they mean."""

from __future__ import annotations

_WORDS = """
accuracy: genauigkeit exactitude exactitud acurácia acuracia accuratezza nauwkeurigheid dokładność noggrannhet
    doğruluk doğruluğu 准确率 预测准确率 预测正确率 准确度 正确率 準確度 正解率 準確率 정확도 přesnost presnosť
    tarkkuus pontosság pontossága nøyaktighet nøjagtighed noggrannheten acuratețe acuratețea acuratete
    acuratetea točnost tačnost točnosť точност точність akurasi ketepatan ακρίβεια الدقة دقت דיוק सटीकता
    ความแม่นยำ täpsus tikslumas precizitāte dokladnosc korrektklassifikationsrate
recall: trefferquote rappel exhaustividad revocação richiamo duyarlılık полнота 召回率 查全率 再現率 재현율
    повнота ανάκληση odziv felidézés الاستدعاء
precision: präzision précision precisión precisão precisione kesinlik 精确率 精确度 查准率 精確度 精確率 適合率
    정밀도 presisi precizie precisie precisió precyzja precizitás preciznost
loss: verlust perte pérdida perda perdita kayıp потери потеря kaybı 损失 損失 손실 ztráta verlies förlust
error rate: fehlerrate 预测错误率 エラー率 错误率 錯誤率 誤り率 오류율
sensitivity: sensibilidad 敏感度 灵敏度 靈敏度 sensibilidade sensibilité sensitivität 민감도 czułość
training: обучении treningowym обучающей обучающая обучающем тренировочной trainings entraînement entrainement
    apprentissage entrenamiento treino treinamento 训练 addestramento allenamento trénovacích trénovací pelatihan latih
    antrenare träning træning trening εκπαίδευσης навчальній обучающего обучающую
test: тестировании testowym тестовой тестовая тестовом тестовых prueba teste 测试集 测试 テスト 테스트 тест
    тесте testovacích testovací testování testowych testare teszt tesztadatokon uji pengujian δοκιμής тестовій
    тестової тестовому тестовую тестового
score: мера スコア 得分
metric: метрика
set: zbiorze выборке выборка jeu ensemble conjunto
validation: walidacyjnym валидационной валидационная валидационном validierung validierungs validación validação
    验证集 验证 検証 검증 валидация валидации validazione validačních validační validasi validare validering επικύρωσης
    валидационного валидационную
on: sul sulla op auf sur en na на
the: den die das dem le la les el los
initial: начальная
final: конечная итоговая финальная 最终 finale endgültige finální
data: данных データ datech dados datos données
output: вывод ausgabe sortie salida saída
report: raport informe reporte rapport relatório rapporto отчет отчёт
summary: 结论 結論 总结
results: wyniki sonuçları sonuçlar výsledky eredmények 结果 結果 결과 ergebnisse résultats resultados risultati
    результаты
result: ergebnis résultat resultado risultato результат
classification: klasyfikacji clasificación classificação classificazione классификации klassifikations
confusion: karmaşıklık karışıklık confusión confusão confusione pomyłek
matrix: matrisi matriz matrice macierz
classification report: klassifikationsbericht 分类报告 分類報告 分類レポート
specificity: 特异性 特異性 特异度 特異度 especificidad especificidade spécificité specificità spezifität 특이도
    swoistość
f1: f1分數 f1值 f1分数 f1_스코어 f1スコア f1得分 f1-maß
perplexity: 困惑度
ppv: 阳性预测值 陽性的中率
npv: 阴性预测值 陰性的中率
mse: 均方误差 平均二乗誤差
rmse: 均方根误差 二乗平均平方根誤差
mae: 平均绝对误差 平均絶対誤差
mape: 平均绝对百分比误差
r2: 决定系数 決定係数 결정계수
iou: 交并比
miou: 平均交并比
kappa: κ
validation accuracy: 検証精度
test accuracy: テスト精度
training accuracy: 訓練精度 学習精度
train set: 训练集 trainset
best: 最佳 最好 最高 beste meilleur meilleure mejor melhor лучшая
train: 訓練 学習 훈련 학습 обучение обучения
overall: 整体 总体 gesamt globale
model: 模型 modelo modello modèle modells モデル 모델
test data: testdaten
validation data: validierungsdaten
training data: trainingsdaten
test set: testdatensatz testmenge testset
validation set: validierungsdatensatz validierungsmenge valset
training set: trainingsdatensatz trainingsmenge
mean: moyenne mittlere durchschnittliche 平均 평균
macro: 宏平均
weighted: 加权
correct: correcte correctes
rate: tasa taux taxa tasso
learning: aprendizaje aprendizado aprendizagem apprendimento
learning rate: lernrate 学習率 学习率 學習率 학습률
speed: скорость
runtime: laufzeit
duration: dauer durée duración durata
time: tiempo temps время 時間 时间 耗时
threshold: schwellenwert schwelle seuil umbral soglia limiar порог 阈值 閾値
weight: gewicht poids peso
target: ziel zielwert objetivo objectif obiettivo 目标 目標
of: der des de du del do da
-: 预测 預測 예측 と の 在 上的 的 vorhersage
"""
"""The English words, and behind the colon those of other languages; "-" where they say nothing, "_" for a blank."""


def _table(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    english = ""
    for line in text.strip().splitlines():
        head, colon, rest = line.rpartition(": ")
        english = head.removeprefix("-") if colon else english
        found |= {word.replace("_", " "): english for word in rest.split()}
    return found


FOREIGN = _table(_WORDS)
COMPOUND_PARTS = ("genauigkeit", "verlust", "präzision", "trefferquote", "fehlerrate")
COMPOUND = rf"(test|validierungs|trainings|val|gesamt|klassifikations|vorhersage)({'|'.join(COMPOUND_PARTS)})"
"""German writes a role and what was measured as one word."""
