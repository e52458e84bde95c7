"""Role-based access control: who may do what, and who may grant it."""
