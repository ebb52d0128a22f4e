"""Chapter "Circular imports" of the guide."""
