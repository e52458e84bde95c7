"""The steps of an investigation, one file each. A step reads the state and returns the fields it fills."""
