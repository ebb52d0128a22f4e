"""flask-language-server: Flask's rules, shown while the code is typed."""

__version__ = "0.1.0"
