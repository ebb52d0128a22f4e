"""The parts of ``EditBuilder`` (``rules/fixing.py``): where exactly a statement, argument or import begins and ends."""
