"""Chapter "Sessions and security" of the guide."""
