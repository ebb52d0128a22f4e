"""Chapter "SQLAlchemy integration" of the guide."""
