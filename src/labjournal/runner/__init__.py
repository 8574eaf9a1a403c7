"""From a command to a run: what is recorded before it starts, and how it is handed to a launcher.

request      what is asked for                    launching     the launch itself
commands     reading a command line               previous      what changed since the last run of a command
environment  what the process is given            gpus          which GPUs
validation   runs that validate checkpoints       adoption      runs that were started elsewhere

On the path of every launch: the standard library only, and of labjournal only what is needed.
"""
