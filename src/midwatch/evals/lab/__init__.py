"""The lab as a suite: break a simulated cluster in every known way, and score whoever investigates it."""
