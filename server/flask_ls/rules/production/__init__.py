"""Chapter "Production" of the guide."""
