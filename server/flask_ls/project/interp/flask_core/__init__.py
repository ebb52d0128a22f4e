"""Flask itself: application, blueprint, views, configuration, and the rules they make.

Behaviour after Flask's and Werkzeug's documentation and their observable results, by version where it differs.
"""
