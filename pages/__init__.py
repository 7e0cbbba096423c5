"""What people see. Page scripts lie in folders below: see docs/decisions and design rule 5."""
