"""A running lab at the hands of its user: break it, mend it, ask how it is, let its time pass."""
