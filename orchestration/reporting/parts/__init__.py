"""The parts of the report; each asks for its figures and tells them in blocks."""
