"""The main job on real data: two trainings, one with a fault, their validations, the table and the diary.

project/    a small project as a researcher would write it, with no word about labjournal in its scripts
workplace   puts that project into a git repository of its own, and mends its fault later
verbs       calls labjournal's verbs as a user would, each in a process of its own
story       what is done, in which order
telling     sentences made from what the journal says
"""

from labjournal.demo.story import tell_story
from labjournal.demo.workplace import Workplace, check_packages

__all__ = ["Workplace", "check_packages", "tell_story"]
