"""Questions that many rules ask of one file: its views and hooks, its values and configuration, its control flow.

Every function takes the rule's ``Context`` first. What cannot be known is answered with None, False or nothing at all,
never with a guess.
"""
