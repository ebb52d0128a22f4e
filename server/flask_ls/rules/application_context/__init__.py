"""Chapter "Application context" of the guide."""
