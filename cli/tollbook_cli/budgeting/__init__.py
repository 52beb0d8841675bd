"""The commands for budgets: soft limits a month, and what is spent of them."""
