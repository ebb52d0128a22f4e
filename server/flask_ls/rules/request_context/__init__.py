"""Chapter "Request context" of the guide."""
