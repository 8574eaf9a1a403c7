"""The diary: what people say, and what they read back.

writing     words of people, appended            reading    entries by day, and times as people say them
states      what became of a hypothesis, …       templates  what an entry of a kind should tell
open_items  what waits for an answer or a run    studies    which study a run or an entry belongs to
attachments pictures, kept beside the export
"""

from labjournal.diary.reading import Day, days, moment_of
from labjournal.diary.states import STATES
from labjournal.diary.writing import HUMAN_KINDS, Diary, Measured, result_data

__all__ = ["HUMAN_KINDS", "STATES", "Day", "Diary", "Measured", "days", "moment_of", "result_data"]
