"""The catalogue of root causes and how findings become ranked hypotheses."""
