"""Chapter "Blueprints" of the guide."""
