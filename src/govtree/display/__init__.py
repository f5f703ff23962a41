"""What people see: reports, structures and problems as text, and the pages about rules."""
