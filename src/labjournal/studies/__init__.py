"""Studies: protocols in ``study.toml`` that are run stage by stage, and cannot be bent afterwards.

sections   study.toml, key by key          sizes        its variations laid over
protocol   study.toml as values            consistency  whether its parts fit together
places     where studies lie               code         whether two runs had the same code
members    the runs of a stage             running      launching what may be launched
standing   where a study stands, and why   statements   what is stated of it
tables     its tables                      notices      telling its owner
"""
