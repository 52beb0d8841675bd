"""From the end of a call to rows that are billed: how many calls a second, and how long one takes."""
