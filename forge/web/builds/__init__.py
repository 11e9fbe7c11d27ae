"""The pages of builds: a project's list, and one build in tabs to try, measure, compare, talk about, judge and publish.

All of it works without scripts.
"""
