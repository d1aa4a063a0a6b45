"""Wire cases: the rules of a client of this API as data, and a runner that holds any client against them.

A case defines a scripted server's responses to one call, and the behaviour required of the client: its requests,
the waits, the outcome. Needs PyYAML, which the extra ``cli`` brings.
"""
