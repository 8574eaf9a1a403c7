"""What the comparison shows besides curves, as lines: the table with its intervals, what may be said, what differs.

looks      marker and colour of each run        table       a block a data set, intervals on one axis
said       claims and what to keep in mind      settings    settings in which the runs differ
difference two runs against each other          choice      what is compared, and how it is written
"""
