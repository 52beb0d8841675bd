"""What it costs to compact windows and to drop days, and what the sink feels of it."""
