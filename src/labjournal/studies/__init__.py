"""Studies: protocols in ``study.toml`` that are run stage by stage, and cannot be bent afterwards.

protocol   study.toml as values            places    where studies lie
members    the runs of a stage             code      whether two runs had the same code
standing   where a study stands, and why   running   launching what may be launched
statements what is stated of it            tables    its tables
"""
