"""What people said beforehand, held against what was measured.

grammar       the language of `--expect`             estimates     a value with its interval, found and reckoned with
expectations  an expectation of a run, judged        claims        a sentence that compares results, judged

Nothing is imported here: a launch checks an expectation by `grammar` alone, with the standard library.
"""
