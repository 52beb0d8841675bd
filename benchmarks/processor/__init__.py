"""How fast the processor folds: the real worker beside Faust's own windowed table, quixstreams and a plain loop."""
