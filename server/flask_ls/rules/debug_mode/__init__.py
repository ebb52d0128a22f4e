"""Chapter "Debug mode" of the guide."""
