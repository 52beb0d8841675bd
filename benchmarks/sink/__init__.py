"""How fast the sink writes: the whole of it beside COPY of the same rows into the same indexed table."""
