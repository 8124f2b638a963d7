"""What people see of a set: the gallery page, artifacts, and what the places where it is shared demand."""
