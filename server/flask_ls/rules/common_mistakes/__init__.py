"""Chapter "Common mistakes" of the guide."""
