"""A bounded abstract interpreter over the code that leads to routes.

``build_route_table`` runs the module bodies, factories and helpers of a workspace on abstract values and reads off
the URL map that Flask would build. Nothing of the workspace is executed; what cannot be known is said to be unknown.
"""
