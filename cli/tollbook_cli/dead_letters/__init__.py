"""Dead letters on the command line: listed, shown, sent again, discarded."""
