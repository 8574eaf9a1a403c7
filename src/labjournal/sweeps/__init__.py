"""Sweeps: one command over many settings, a family of runs with a table.

space      what is varied, as typed       plan       the sweep as stated, and its trials
stopping   rules that end a trial early   table      what came out, trial by trial
driving    minding what needs minding     search     optuna: which values to try next
"""
