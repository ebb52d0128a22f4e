"""voluptuous: data that fits its schema comes back as it is."""


class Schema:
    def __init__(self, schema=None, required=False, extra=0):
        self.schema = schema

    def __call__(self, data):
        return data

    def extend(self, schema, required=None, extra=None):
        return self
