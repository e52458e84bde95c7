"""Recorded cases made different, to see what a diagnosis rests on: names, times, order, evidence, repair, company.

What a variation changes is told here; the case itself stays with its own suite (`cloudopsbench`), which also owns
the labels an answer is scored by.
"""
